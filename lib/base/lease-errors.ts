import { constants } from 'node:os';
import { errnoName } from './errno-name.js';
import { MessageQueueError } from './error-classes.js';

const WITHOUT_REDELIVERY = "or leave 'redelivery' out";

/**
 * For a receiver of a transport that cannot do it.
 *
 * @internal
 */
export function noRedeliveryError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `The receiver of queue '${queue}' cannot have 'redelivery': its transport forgets a message once it is ` +
      `received. Use a transport with the capability 'redelivery', or leave the option out`,
    { code: 'ERR_MQ_UNSUPPORTED', syscall: 'mq_open', queue },
  );
}

/**
 * For a receiver whose user can have no folder for leases.
 *
 * @param cause - why not; without one the folder is another user's, or open to others
 * @internal
 */
export function leaseFolderError(queue: string, path: string, cause?: Error): MessageQueueError {
  const { code = 'EACCES', errno } = (cause ?? {}) as NodeJS.ErrnoException;
  const problem =
    cause === undefined
      ? `${path} is not a folder of this user's alone. Have it removed`
      : `${path} cannot be used (${code}). Mount a tmpfs at /dev/shm that this user may write to`;
  return new MessageQueueError(
    `Queue '${queue}' cannot have 'redelivery', which keeps messages in shared memory: ${problem}, ` +
      WITHOUT_REDELIVERY,
    { code, errno: errno ?? -constants.errno.EACCES, syscall: 'mkdir', queue, cause },
  );
}

/**
 * For a receiver that gets no shared memory for its messages.
 *
 * @param errno - negative
 * @internal
 */
export function leaseError(
  queue: string,
  errno: number,
  messages: number,
  size: number,
): MessageQueueError {
  const code = errnoName(errno);
  const remedy =
    code === 'ENOSPC' || code === 'ENOMEM'
      ? `/dev/shm is full. Make it larger (docker run --shm-size), use a smaller 'concurrency'`
      : `a file in /dev/shm could not be used. See the limits of this process (ulimit -n)`;
  return new MessageQueueError(
    `Queue '${queue}' cannot have 'redelivery', which needs shared memory for ${messages} of its ` +
      `messages of ${size} bytes (${code}): ${remedy}, ${WITHOUT_REDELIVERY}`,
    { code, errno, syscall: 'posix_fallocate', queue },
  );
}
