import { constants } from 'node:os';
import { systemError, type MessageQueueError } from '../base/errors.js';
import { shownName, type QueueName } from '../base/names.js';
import { native } from './native.js';

const { EACCES, EPERM } = constants.errno;

/** @throws MessageQueueError */
export function unlinkQueue(name: QueueName): void {
  const result = native.unlink(name);
  if (result !== 0) throw unlinkError(result, name);
}

/**
 * Linux says EPERM where mq_unlink(3) of POSIX and of the C library says EACCES: the folder of the queues is
 * a sticky one.
 */
export function unlinkError(errno: number, name: QueueName): MessageQueueError {
  return systemError(errno === -EPERM ? -EACCES : errno, 'mq_unlink', shownName(name));
}
