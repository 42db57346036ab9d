import { systemError, threadPoolError, type MessageQueueError } from '../../base/errors.js';
import { NO_FREE_THREAD } from '../../native/answers.js';
import { native } from '../../native/native.js';

/** The error for a wait that could not begin, or that ended by itself. */
export function waitError(errno: number, syscall: string, queue: string): MessageQueueError {
  if (errno !== NO_FREE_THREAD) return systemError(errno, syscall, queue);
  return threadPoolError(errno, syscall, queue, native.poolBudget);
}
