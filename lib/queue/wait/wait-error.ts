import { constants } from 'node:os';
import { MessageQueueError, systemError } from '../../base/errors.js';
import { native } from '../../native/native.js';

const { EBUSY } = constants.errno;

/** The error for a wait that could not begin, or that ended by itself. */
export function waitError(errno: number, syscall: string, queue: string): MessageQueueError {
  if (errno !== -EBUSY) return systemError(errno, syscall, queue);
  return new MessageQueueError(
    `Queue '${queue}' cannot wait on a pool thread: ${native.poolBudget} of them may be blocked ` +
      `at one time, half of UV_THREADPOOL_SIZE, and all are. Use wait: 'auto' or 'loop', or start ` +
      `the process with a larger UV_THREADPOOL_SIZE`,
    { code: 'ERR_MQ_THREAD_POOL', errno, syscall, queue },
  );
}
