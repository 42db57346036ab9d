import { constants } from 'node:os';
import { systemError, threadPoolError, type MessageQueueError } from '../../base/errors.js';
import { native } from '../../native/native.js';

const { EBUSY } = constants.errno;

/** The error for a wait that could not begin, or that ended by itself. */
export function waitError(errno: number, syscall: string, queue: string): MessageQueueError {
  if (errno !== -EBUSY) return systemError(errno, syscall, queue);
  return threadPoolError(errno, syscall, queue, native.poolBudget);
}
