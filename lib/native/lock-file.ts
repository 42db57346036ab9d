import { constants } from 'node:os';
import { native } from './native.js';

const { ENODATA, ENOENT } = constants.errno;

// A lease that no message is kept in: what it has is its lock, which the kernel drops with the process.
const NO_NAMESPACE = 0;
const SLOTS = 1;
const MESSAGE_SIZE = 1;

/**
 * Makes a file that is locked for as long as this process lives.
 *
 * @param key - what for: one for something else is not taken
 * @returns the number of the lock, or a negative errno
 */
export function createLock(path: string, key: string): number {
  return native.createLease(path, key, NO_NAMESPACE, SLOTS, MESSAGE_SIZE);
}

/**
 * Takes over what a process has left that has died.
 *
 * @returns the number of the lock, or a negative errno: EAGAIN where its process lives, ENOENT where there is none
 */
export function adoptLock(path: string, key: string): number {
  return native.adoptLease(path, key, NO_NAMESPACE);
}

/** The file goes, too. */
export function unlock(lock: number): void {
  native.closeLease(lock);
}

/** Whether a process lives that has it. A file that a dead one has left goes. */
export function isLocked(path: string, key: string): boolean {
  const lock = adoptLock(path, key);
  if (lock > 0) unlock(lock);
  // What cannot be told is left as it is.
  return lock < 0 && lock !== -ENOENT;
}

/** Whether no process lives any more that has made it. As `isLocked`, for who only looks. */
export function isAbandoned(path: string): boolean {
  const survey = native.surveyLease(path);
  if (typeof survey === 'number') return survey === -ENOENT || survey === -ENODATA;
  const [lives] = survey;
  return !lives;
}
