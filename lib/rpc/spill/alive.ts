import { constants } from 'node:os';
import { createLock, isAbandoned, isLocked } from '../../native/lock-file.js';
import { WORD, type SpillFolder } from './folder.js';

const { EAGAIN } = constants.errno;

const KEY = '/bodies';

/** Says by a locked file that its host lives. The number of its lock, or a negative errno. */
export function lockAlive(path: string): number {
  return createLock(path, KEY);
}

/** Removes the bodies of hosts that have died or were closed. */
export function removeOrphans(folder: SpillFolder): void {
  const names = folder.names();
  const words = new Set(names.map((name) => WORD.exec(name)?.[0] ?? ''));
  for (const word of words) {
    // The lock is there before any body is, so that without one all are orphans.
    if (word === '' || isLocked(folder.lockOf(word), KEY)) continue;
    for (const name of names) if (name.startsWith(`${word}-`)) folder.remove(name);
  }
}

/** The files that `removeOrphans` would remove. */
export function orphansOf(folder: SpillFolder): string[] {
  return folder.names().filter((name) => {
    const word = WORD.exec(name)?.[0];
    return word !== undefined && isAbandoned(folder.lockOf(word));
  });
}

/** Whether somebody had a look at a lock before it was finished. */
export function isTakenAway(lock: number): boolean {
  return lock === -EAGAIN;
}
