import { readlinkSync } from 'node:fs';
import { codeOf } from '../../base/code-of.js';
import { MessageQueue } from '../../message-queue/message-queue.js';
import { leftBehind, removeLeftBehind } from '../../testing/left-behind.js';
import { holdersOf } from '../holders.js';
import { hiddenProcesses, processIds } from '../processes.js';
import { describeQueue, describeQueues, type QueueDescription } from '../queues.js';
import type { Garbage } from './kinds.js';

// As lib/rpc/own-queue.ts and lib/testing/temporary.ts make them.
const REPLIES = /^\/mq-reply-[0-9a-f]{16}$/;
const TEMPORARY = /^\/mq-test-(?<pid>\d+)-[0-9a-f]{12}$/;
// That of the machine itself: PROC_PID_INIT_INO of the kernel.
const FIRST_NAMESPACE = 'pid:[4026531836]';

const NOT_LISTED =
  'the mqueue file system is not mounted, so that reply queues cannot be found. As root: mqueue ls --mount';
const NOT_SEEN =
  'processes that cannot be seen from here may have them open. If there are none that use rpc: mqueue gc --trust-visible';

/** Queues that were found, and why some could not be judged. */
export interface FoundQueues {
  readonly queues: readonly Garbage[];
  readonly unsure?: string;
}

/** Temporary queues of test runs that are listed as theirs. */
export async function listedQueues(dryRun: boolean): Promise<Garbage[]> {
  const names = leftBehind().flatMap(({ names: each }) => each);
  const described = await Promise.all(names.map(describeQueue));
  if (!dryRun) removeLeftBehind();
  return described
    .filter((queue) => queue !== undefined)
    .map((queue) => garbageOf('temporary queue', queue));
}

/**
 * Reply queues and temporary queues of this user that nobody has open.
 *
 * @param trustVisible - whether to judge by the processes that can be seen where there may be others
 */
export async function abandonedQueues(
  dryRun: boolean,
  trustVisible: boolean,
): Promise<FoundQueues> {
  const listed = await listOrNone();
  if (listed === undefined) return { queues: [], unsure: NOT_LISTED };
  const user = process.geteuid?.();
  const running = new Set(await processIds());
  const candidates = listed.filter(({ name, owner }) => {
    const pid = TEMPORARY.exec(name)?.groups?.['pid'];
    const isNobodys = REPLIES.test(name) || (pid !== undefined && !running.has(Number(pid)));
    return owner === user && isNobodys;
  });
  if (candidates.length === 0) return { queues: [] };
  if (!trustVisible && !(await seesAll())) return { queues: [], unsure: NOT_SEEN };
  const holders = await holdersOf(new Map(candidates.map(({ name, file }) => [name, file])));
  const abandoned = candidates.filter(({ name }) => holders.get(name)?.length === 0);
  if (!dryRun) for (const { name } of abandoned) unlinkIfThere(name);
  return {
    queues: abandoned.map((queue) =>
      garbageOf(REPLIES.test(queue.name) ? 'reply queue' : 'temporary queue', queue),
    ),
  };
}

async function listOrNone(): Promise<QueueDescription[] | undefined> {
  try {
    return await describeQueues();
  } catch (error) {
    if (codeOf(error) === 'ERR_MQ_NOT_MOUNTED') return undefined;
    throw error;
  }
}

/** A container that shares the queues need not share its processes. */
async function seesAll(): Promise<boolean> {
  if (readlinkSync('/proc/self/ns/pid') !== FIRST_NAMESPACE) return false;
  return (await hiddenProcesses(process.geteuid?.() ?? 0)).length === 0;
}

function garbageOf(
  kind: Garbage['kind'],
  { name, bytes = 0, messages = 0 }: QueueDescription,
): Garbage {
  return { kind, name, bytes, messages };
}

/** Its host may have come to its end in between. */
function unlinkIfThere(name: string): void {
  try {
    MessageQueue.unlink(name);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
