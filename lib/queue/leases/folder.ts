import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { leaseFolderError } from '../../base/errors.js';
import type { QueueName } from '../../base/names.js';

const SHARED_MEMORY = '/dev/shm';
const OTHERS = 0o077;

/** The lease files of one queue, in the folder that this user has for all queues. */
export class LeaseFolder {
  readonly #path: string;
  readonly #prefix: string;
  /** By which queues of one name in several IPC namespaces are told apart. */
  readonly ipcNamespace: number;

  /** @throws MessageQueueError when this user can have no such folder */
  constructor(name: string, key: QueueName) {
    this.#path = privateFolder(name);
    this.ipcNamespace = statSync('/proc/self/ns/ipc').ino;
    const hash = createHash('sha256').update(`${this.ipcNamespace} `).update(key).digest('hex');
    this.#prefix = `${hash.slice(0, 16)}-`;
  }

  /** For a file of its own. */
  newPath(): string {
    return join(this.#path, this.#prefix + randomBytes(8).toString('hex'));
  }

  /** The files of all receivers of the queue, those of living ones too. */
  paths(): string[] {
    return readdirSync(this.#path)
      .filter((file) => file.startsWith(this.#prefix))
      .map((file) => join(this.#path, file));
  }
}

/** The files of this user's receivers, of whatever queue. */
export function allPaths(): string[] {
  const path = folderOf(userId());
  try {
    return readdirSync(path).map((file) => join(path, file));
  } catch {
    // Nobody has ever made one.
    return [];
  }
}

function userId(): number {
  return process.geteuid?.() ?? 0;
}

function folderOf(user: number): string {
  return join(SHARED_MEMORY, `posix-mqueue-${user}`);
}

function privateFolder(queue: string): string {
  const user = userId();
  const path = folderOf(user);
  try {
    makeFolder(path);
    const folder = lstatSync(path);
    const isOwn = folder.isDirectory() && folder.uid === user && (folder.mode & OTHERS) === 0;
    if (isOwn) return path;
  } catch (error) {
    throw leaseFolderError(queue, path, error as Error);
  }
  throw leaseFolderError(queue, path);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
