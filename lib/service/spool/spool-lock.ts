import { constants } from 'node:os';
import { spoolInUseError, systemError } from '../../base/errors.js';
import { native } from '../../native/native.js';

const { EAGAIN, ENOENT } = constants.errno;

// A lease that no message is kept in: what it has is its lock, which the kernel drops with the process.
const KEY = '/spool';
const NO_NAMESPACE = 0;
const SLOTS = 1;
const MESSAGE_SIZE = 1;
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
    const lease = lockOnce(file);
    if (lease > 0) return () => native.closeLease(lease);
    if (lease !== -EAGAIN && lease !== -ENOENT) throw systemError(lease, 'open', undefined, file);
  }
  throw spoolInUseError(path);
}

/** The number of the lease, or a negative errno. */
function lockOnce(file: string): number {
  const left = native.adoptLease(file, KEY, NO_NAMESPACE);
  // Its maker has died, or there was none.
  return left === -ENOENT ? native.createLease(file, KEY, NO_NAMESPACE, SLOTS, MESSAGE_SIZE) : left;
}
