import { constants } from 'node:os';
import { MessageQueueError } from './error-classes.js';

const { EAGAIN, EINVAL } = constants.errno;

/**
 * For a dead letter that does not say where it came from, or says that it was the queue which it is in.
 *
 * @internal
 */
export function noOriginError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `A dead letter in queue '${queue}' does not say which queue it came from. Name the one that it is to go to`,
    { code: 'EINVAL', errno: -EINVAL, queue },
  );
}

/**
 * For a message in a file that somebody uses.
 *
 * @param pid - of the process that made it, in its own PID namespace
 * @internal
 */
export function givenUpInUseError(queue: string, pid: number): MessageQueueError {
  return new MessageQueueError(
    `A message of queue '${queue}' that was given up lies in a file that a living worker has (made by process ${pid}). Try ` +
      `it again when that has ended`,
    { code: 'EAGAIN', errno: -EAGAIN, queue },
  );
}
