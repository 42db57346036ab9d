import { constants } from 'node:os';
import { spoolInUseError, systemError } from '../../base/errors.js';
import { adoptLock, createLock, unlock } from '../../native/lock-file.js';

const { EAGAIN, ENOENT } = constants.errno;

const KEY = '/spool';
const TRIES = 5;

/**
 * Says by a locked file beside it that a spool file is in use, for as long as this process lives.
 *
 * @returns unlocks
 * @throws MessageQueueError `ERR_MQ_SPOOL` where another bridge has it
 */
export function lockSpool(path: string): () => void {
  const file = `${path}.lock`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const lock = lockOnce(file);
    if (lock > 0) {
      return () => {
        unlock(lock);
      };
    }
    if (lock !== -EAGAIN && lock !== -ENOENT) throw systemError(lock, 'open', undefined, file);
  }
  throw spoolInUseError(path);
}

/** The number of the lock, or a negative errno. */
function lockOnce(file: string): number {
  const left = adoptLock(file, KEY);
  // Its maker has died, or there was none.
  return left === -ENOENT ? createLock(file, KEY) : left;
}
