import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';
const OTHERS = 0o077;

/** Where it is, whether there is one or not. */
export function folderOfUser(): string {
  return join(SHARED_MEMORY, `posix-mqueue-${userId()}`);
}

function userId(): number {
  return process.geteuid?.() ?? 0;
}

/**
 * The folder in shared memory that this user has for the files of this library, and nobody else. It is made where there is none.
 *
 * @param fail - makes the error; without a cause the folder is another user's, or open to others
 */
export function privateFolder(fail: (path: string, cause?: Error) => Error): string {
  const user = userId();
  const path = folderOfUser();
  try {
    makeFolder(path);
    const folder = lstatSync(path);
    const isOwn = folder.isDirectory() && folder.uid === user && (folder.mode & OTHERS) === 0;
    if (isOwn) return path;
  } catch (error) {
    throw fail(path, error as Error);
  }
  throw fail(path);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
