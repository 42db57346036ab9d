import { fstatSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listNames, mountPoint } from '../base/names.js';
import type { QueueCore } from '../queue/core.js';
import { queueCharge } from './charge.js';
import type { QueueFile } from './holders.js';
import { openToLook } from './open-to-look.js';

/** A queue as it is at this moment. */
export interface QueueDescription {
  readonly name: string;
  /** How many messages wait in it. Undefined, as the three below, where this user may not open it. */
  readonly messages?: number;
  readonly maxMessages?: number;
  /** In bytes. */
  readonly maxMessageSize?: number;
  /** Bytes that it takes of its owner's RLIMIT_MSGQUEUE. */
  readonly bytes?: number;
  /** User id. */
  readonly owner: number;
  /** Group id. */
  readonly group: number;
  /** Permission bits, such as `0o600`. */
  readonly mode: number;
  readonly file: QueueFile;
}

/**
 * All queues of this IPC namespace. Takes no message.
 *
 * @returns rejects as `MessageQueue.list`
 */
export async function describeQueues(): Promise<QueueDescription[]> {
  const names = (await listNames('utf8')).map(String);
  const described = await Promise.all(names.map(describeQueue));
  // What was removed in between is none of them.
  return described.filter((queue) => queue !== undefined);
}

/**
 * One queue, or undefined where there is none of that name. Takes no message.
 *
 * @param name - a slash and a word
 * @returns rejects with TypeError for a name that no queue can have. What this user may not open is seen where the mqueue
 * file system is mounted, and is undefined elsewhere
 */
export async function describeQueue(name: string): Promise<QueueDescription | undefined> {
  const core = openToLook(name);
  if (core === undefined) {
    const folder = await mountPoint().catch(() => undefined);
    if (folder === undefined) return undefined;
    const status = await stat(join(folder, name)).catch(() => undefined);
    return status && { name, ...factsOf(status) };
  }
  try {
    return descriptionOf(name, core);
  } finally {
    await core.close(() => undefined);
  }
}

/** Of a queue that is open. */
export function descriptionOf(name: string, core: QueueCore): Required<QueueDescription> {
  const { currentMessages: messages, maxMessages, maxMessageSize, descriptor } = core;
  const bytes = queueCharge(maxMessages, maxMessageSize);
  return { name, messages, maxMessages, maxMessageSize, bytes, ...factsOf(fstatSync(descriptor)) };
}

function factsOf({
  uid: owner,
  gid: group,
  mode,
  dev: device,
  ino: inode,
}: Stats): Pick<QueueDescription, 'owner' | 'group' | 'mode' | 'file'> {
  return { owner, group, mode: mode & 0o777, file: { device, inode } };
}
