import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { leaseFolderError } from '../../base/errors.js';
import type { QueueName } from '../../base/names.js';
import { folderOfUser, privateFolder } from '../../base/private-folder.js';

/** Others in the folder are bodies of rpc. */
const LEASE = /^[0-9a-f]{16}-/;

/** The lease files of one queue, in the folder that this user has for all queues. */
export class LeaseFolder {
  readonly #path: string;
  readonly #prefix: string;
  /** By which queues of one name in several IPC namespaces are told apart. */
  readonly ipcNamespace: number;

  /** @throws MessageQueueError when this user can have no such folder */
  constructor(name: string, key: QueueName) {
    this.#path = privateFolder((path, cause) => leaseFolderError(name, path, cause));
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
  const path = folderOfUser();
  try {
    return readdirSync(path)
      .filter((file) => LEASE.test(file))
      .map((file) => join(path, file));
  } catch {
    // Nobody has ever made one.
    return [];
  }
}
