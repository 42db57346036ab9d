import { constants } from 'node:os';
import { MessageQueueError } from './error-classes.js';

const { EACCES, EBUSY, EIO, EMSGSIZE } = constants.errno;

/**
 * For a message that is too large for the queue on the other side of a bridge.
 *
 * @internal
 */
export function bridgedSizeError(
  from: string,
  to: string,
  size: number,
  cause: unknown,
): MessageQueueError {
  return new MessageQueueError(
    `A message of ${size} bytes of queue '${from}' is too large for queue '${to}'. Make that with a larger ` +
      `maxMessageSize, or name a queue for such messages as 'deadLetter'`,
    { code: 'EMSGSIZE', errno: -EMSGSIZE, syscall: 'mq_timedsend', queue: to, cause },
  );
}

/**
 * For a message that is too large for one of the queues that all are to have it.
 *
 * @internal
 */
export function teedSizeError(from: string, to: string, size: number): MessageQueueError {
  return new MessageQueueError(
    `A message of ${size} bytes of queue '${from}' is too large for queue '${to}'. Remove that, and make it for larger ` +
      `messages. No queue has got this one: it is in '${from}' again`,
    { code: 'EMSGSIZE', errno: -EMSGSIZE, syscall: 'mq_timedsend', queue: to },
  );
}

/**
 * For a spool file that another bridge has.
 *
 * @internal
 */
export function spoolInUseError(path: string): MessageQueueError {
  return new MessageQueueError(
    `The spool file ${path} is in use by another bridge. Give each its own, or end that one`,
    { code: 'ERR_MQ_SPOOL', errno: -EBUSY, syscall: 'open' },
  );
}

/**
 * For a file whose contents are no spool's, or not any more.
 *
 * @param problem - what is wrong with it
 * @internal
 */
export function spoolDamagedError(path: string, problem: string): MessageQueueError {
  return new MessageQueueError(
    `The spool file ${path} ${problem}. It is left as it is: move it away, or name another file as 'spool'`,
    { code: 'ERR_MQ_SPOOL', errno: -EIO, syscall: 'read' },
  );
}

/**
 * For a spool file that cannot be opened or written.
 *
 * @internal
 */
export function spoolFileError(path: string, syscall: string, cause: unknown): MessageQueueError {
  const { code: given, errno } = (cause ?? {}) as { code?: unknown; errno?: unknown };
  const code = typeof given === 'string' ? given : 'EACCES';
  const remedy =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? "Free space on its disk, or give a smaller 'maxSpoolSize'"
      : "Name a file as 'spool' that this user may make and write, in a folder that is there";
  return new MessageQueueError(`The spool file ${path} cannot be used (${code}): ${remedy}`, {
    code,
    errno: typeof errno === 'number' ? errno : -EACCES,
    syscall,
    cause,
  });
}
