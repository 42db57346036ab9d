import { constants } from 'node:os';
import { native } from '../../native/native.js';
import { WORD, type SpillFolder } from './folder.js';

const { EAGAIN, ENOENT } = constants.errno;

// A lease that no message is kept in: what it has is its lock, which the kernel drops with the process.
const KEY = '/bodies';
const NO_NAMESPACE = 0;
const SLOTS = 1;
const MESSAGE_SIZE = 1;

/** Says by a locked file that its host lives. The number of its lease, or a negative errno. */
export function lockAlive(path: string): number {
  return native.createLease(path, KEY, NO_NAMESPACE, SLOTS, MESSAGE_SIZE);
}

/** The file goes, too. */
export function unlock(lease: number): void {
  native.closeLease(lease);
}

/** Removes the bodies of hosts that have died or were closed. */
export function removeOrphans(folder: SpillFolder): void {
  const names = folder.names();
  const words = new Set(names.map((name) => WORD.exec(name)?.[0] ?? ''));
  for (const word of words) {
    // The lock is there before any body is, so that without one all are orphans.
    if (word === '' || isAlive(folder.lockOf(word))) continue;
    for (const name of names) if (name.startsWith(`${word}-`)) folder.remove(name);
  }
}

function isAlive(path: string): boolean {
  const lease = native.adoptLease(path, KEY, NO_NAMESPACE);
  if (lease > 0) unlock(lease);
  // What cannot be told is left as it is.
  return lease < 0 && lease !== -ENOENT;
}

/** Whether somebody had a look at a lock before it was finished. */
export function isTakenAway(lease: number): boolean {
  return lease === -EAGAIN;
}
