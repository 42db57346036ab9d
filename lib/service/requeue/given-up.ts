import { givenUpInUseError } from '../../base/errors.js';
import { checkName } from '../../base/names.js';
import { checkOptions } from '../../base/options.js';
import { filesWithGivenUp, givenUpIn, type GivenUpMessage } from '../../queue/leases/given-up.js';
import type { LeaseFile } from '../../queue/leases/survey.js';
import { requeueChecks, type Requeued, type RequeueOptions } from './options.js';
import { Targets } from './targets.js';

const WHERE = 'requeueGivenUp()';

/**
 * Sends messages again, with their priorities, that workers with `redelivery` have given up and that went to no queue for
 * dead letters: those of this user that are kept in shared memory. Each stays there until the queue has it, so that none is
 * lost when this process is killed; the one in hand may then be sent twice. With `dryRun` nothing is changed. What lies in a
 * file that a living worker has is told with its `problem`.
 *
 * @param queue - the queue that they came from, and go to unless `to` is another one
 * @returns what became of each, as it is asked for: who asks for no more has no more sent. It throws TypeError or RangeError
 * for a bad option
 */
export async function* requeueGivenUp(
  queue: string,
  options?: RequeueOptions,
): AsyncGenerator<Requeued, void, void> {
  checkName(queue);
  const {
    to = queue,
    dryRun = false,
    signal,
    ...checked
  } = checkOptions(WHERE, options, requeueChecks);
  const targets = new Targets(WHERE);
  let { count = Infinity } = checked;
  try {
    for (const message of messagesOf(queue)) {
      if (!('free' in message)) {
        yield message;
        continue;
      }
      const { data, priority, attempts } = message;
      const facts = { from: queue, attempts, priority, size: data.length };
      const problem = dryRun ? undefined : await problemWith(targets, to, message, signal);
      yield problem === undefined ? { ...facts, to } : { ...facts, problem };
      if (problem === undefined) count -= 1;
      if (count === 0) return;
    }
  } finally {
    await targets.close();
  }
}

function* messagesOf(queue: string): Generator<GivenUpMessage | Requeued> {
  for (const file of filesWithGivenUp(queue)) {
    const inUse: LeaseFile[] = [];
    yield* givenUpIn(file, () => inUse.push(file));
    for (const { pid, givenUp } of inUse) {
      const problem = givenUpInUseError(queue, pid);
      for (let number = 0; number < givenUp; number += 1) {
        yield { from: queue, priority: 0, size: 0, problem };
      }
    }
  }
}

/** Undefined where it was sent. */
async function problemWith(
  targets: Targets,
  to: string,
  message: GivenUpMessage,
  signal: AbortSignal | undefined,
): Promise<Error | undefined> {
  try {
    await targets.send(to, message.data, message.priority, signal);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return error as Error;
  }
  message.free();
  return undefined;
}
