import { constants } from 'node:os';
import { wallClock } from '../../base/timers.js';
import type { LeasedMessage } from '../../native/leased-message.js';
import { encodeDeadLetter } from '../../rpc/envelope/dead-letter.js';
import { LONGEST_HEADER } from '../../rpc/envelope/frame.js';
import type { QueueCore } from '../core.js';
import { openQueue } from '../open.js';
import { send } from '../use/send.js';

const { EINVAL, ENOENT } = constants.errno;

/** Milliseconds to wait for room: whoever reads dead letters may come once a day. */
const PATIENCE = 1000;

/**
 * Sends a message that was given up to the queue for such, as it is, behind a line that says why.
 *
 * @param from - the queue that it was taken from
 * @returns rejects where that cannot be done
 */
export async function bury(
  where: string,
  deadLetter: string,
  from: QueueCore,
  message: LeasedMessage,
): Promise<void> {
  const { data, priority, attempts } = message;
  const why = { reason: 'attempts', from: from.name, attempts, at: wallClock() };
  const letter = encodeDeadLetter(why, data);
  const queue = open(where, deadLetter, from);
  try {
    await send(queue, letter, { priority, timeout: PATIENCE });
  } finally {
    await queue.close(() => undefined);
  }
}

function open(where: string, name: string, { maxMessages, maxMessageSize }: QueueCore): QueueCore {
  const writing = { access: 'write' } as const;
  try {
    return openQueue(where, name, writing);
  } catch (error) {
    if (!has(error, ENOENT)) throw error;
  }
  const options = { ...writing, create: true, maxMessages };
  try {
    return openQueue(where, name, { ...options, maxMessageSize: maxMessageSize + LONGEST_HEADER });
  } catch (error) {
    // Over the limit of this machine. Those that are short enough fit all the same.
    if (!has(error, EINVAL)) throw error;
    return openQueue(where, name, { ...options, maxMessageSize });
  }
}

function has(error: unknown, errno: number): boolean {
  return (error as { errno?: unknown } | null)?.errno === -errno;
}
