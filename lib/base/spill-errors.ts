import { constants } from 'node:os';
import { MessageQueueError } from './error-classes.js';

const { EACCES, EMSGSIZE } = constants.errno;

/** Who could have a body spilled, and does not; or that nobody can. */
export type NotSpilling = 'host' | 'worker' | 'notification' | 'nobody';

const reasons: Readonly<Record<NotSpilling, string>> = {
  host: "Give RpcHost and RpcWorker the option 'spill: true', by which large bodies go through shared memory",
  worker:
    "Give RpcHost and RpcWorker the option 'spill: true', by which large bodies go through shared memory",
  notification:
    'Of notifications nobody would know how long a body that is spilled has to be kept: send a request',
  nobody: 'Send less',
};

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'unknown';
}

function errnoOf(error: unknown): number | undefined {
  const { errno } = (error ?? {}) as { errno?: unknown };
  return typeof errno === 'number' ? errno : undefined;
}

/**
 * For a body that is larger than a message, and is not to go through shared memory.
 *
 * @param size - of the body
 * @internal
 */
export function unspilledError(
  queue: string,
  size: number,
  who: NotSpilling,
  cause: unknown,
): MessageQueueError {
  return new MessageQueueError(
    `A body of ${size} bytes is too large for the messages of queue '${queue}'. ${reasons[who]}, or make the ` +
      `queue with a larger 'maxMessageSize'`,
    { code: 'EMSGSIZE', errno: -EMSGSIZE, syscall: 'mq_timedsend', queue, cause },
  );
}

/**
 * For a body in shared memory that its receiver does not want to read.
 *
 * @internal
 */
export function tooLargeBodyError(queue: string, size: number, most: number): MessageQueueError {
  return new MessageQueueError(
    `A body of ${size} bytes came by queue '${queue}' through shared memory: ${most} are the most. ` +
      `Give its receiver a larger 'maxBodySize'`,
    { code: 'EMSGSIZE', errno: -EMSGSIZE, queue },
  );
}

/**
 * For a user that can have no folder for bodies.
 *
 * @param cause - why not; without one the folder is another user's, or open to others
 * @internal
 */
export function spillFolderError(queue: string, path: string, cause?: Error): MessageQueueError {
  const problem =
    cause === undefined
      ? `${path} is not a folder of this user's alone. Have it removed`
      : `${path} cannot be used (${codeOf(cause)}). Mount a tmpfs at /dev/shm that this user may write to`;
  return new MessageQueueError(
    `Queue '${queue}' cannot have 'spill', which puts large bodies in shared memory: ${problem}, or leave ` +
      `'spill' out`,
    {
      code: cause === undefined ? 'EACCES' : codeOf(cause),
      errno: errnoOf(cause) ?? -EACCES,
      syscall: 'mkdir',
      queue,
      cause,
    },
  );
}

/**
 * For a file that could not be written there.
 *
 * @param what - is in it, as the beginning of a sentence
 * @internal
 */
export function spillWriteError(queue: string, what: string, cause: unknown): MessageQueueError {
  const code = codeOf(cause);
  const remedy =
    code === 'ENOSPC' || code === 'ENOMEM'
      ? '/dev/shm is full. Make it larger (docker run --shm-size), or have fewer requests under way'
      : 'See the limits of this process (ulimit -n), and who may write to /dev/shm';
  return new MessageQueueError(
    `${what} queue '${queue}' could not be put into shared memory (${code}): ${remedy}`,
    { code, errno: errnoOf(cause), syscall: 'write', queue, cause },
  );
}

/**
 * For a body that should be in shared memory.
 *
 * @param problem - what is wrong with its file
 * @internal
 */
export function spilledBodyError(
  queue: string,
  problem: string,
  cause?: unknown,
): MessageQueueError {
  return new MessageQueueError(
    `A body that came by queue '${queue}' through shared memory ${problem}. Both sides must be processes of one ` +
      `user that share /dev/shm, and who asked must still wait for it`,
    { code: 'ERR_MQ_SPILL', queue, cause },
  );
}

/**
 * For large bodies that shared memory would not bring to the other side.
 *
 * @internal
 */
export function unsharedSpillError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `The messages of queue '${queue}' may go to other machines, and shared memory does not: leave out the option ` +
      `'spill', and make the queue with a 'maxMessageSize' that all bodies fit into`,
    { code: 'ERR_MQ_UNSUPPORTED', queue },
  );
}

/**
 * For a body in shared memory that its receiver was not told to look for.
 *
 * @internal
 */
export function notSpillingError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `A body came by queue '${queue}' through shared memory. Give its receiver the option 'spill: true'`,
    { code: 'ERR_MQ_SPILL', queue },
  );
}
