import { randomBytes, webcrypto } from 'node:crypto';
import { constants, readdirSync, statSync, unlinkSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../base/code-of.js';
import {
  MessageQueueError,
  spilledBodyError,
  spillFolderError,
  spillWriteError,
  tooLargeBodyError,
} from '../../base/errors.js';
import { privateFolder } from '../../base/private-folder.js';
import type { SpilledBody } from '../envelope/spill.js';

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Nobody else's files in the folder begin with it: those of leases are hex digits. */
const PREFIX = 'body-';
const LOCK = '.lock';
const RANDOM = 12;

/** The first part of a file's name: that of the host which it belongs to. */
export const WORD: RegExp = /^[0-9a-f]{24}/;

/** What nobody can know beforehand. */
export function randomWord(): string {
  return randomBytes(RANDOM).toString('hex');
}

/** The files in shared memory that the bodies of one user are in. */
export class SpillFolder {
  readonly #queue: string;
  readonly #path: string;

  /**
   * @param queue - for the errors
   * @throws MessageQueueError when this user can have no such folder
   */
  constructor(queue: string) {
    this.#queue = queue;
    this.#path = privateFolder((path, cause) => spillFolderError(queue, path, cause));
  }

  /** @returns rejects with `ENOSPC` where shared memory is full, for example */
  async write(name: string, body: Uint8Array): Promise<SpilledBody> {
    try {
      const [sha256] = await Promise.all([sha256Of(body), writeNew(this.#pathOf(name), body)]);
      return { name, size: body.length, sha256 };
    } catch (error) {
      this.remove(name);
      throw spillWriteError(this.#queue, `A body of ${body.length} bytes for`, error);
    }
  }

  /**
   * @param most - bytes that are read at most
   * @returns rejects with `EMSGSIZE`, or with `ERR_MQ_SPILL` where there is no such body
   */
  async read({ name, size, sha256 }: SpilledBody, most: number): Promise<Buffer> {
    if (size > most) throw tooLargeBodyError(this.#queue, size, most);
    const body = await this.#read(name, size);
    if ((await sha256Of(body)) === sha256) return body;
    throw spilledBodyError(this.#queue, 'is not what was sent: it has another SHA-256');
  }

  /** It may be gone before. */
  remove(name: string): void {
    try {
      unlinkSync(this.#pathOf(name));
    } catch {
      // Whoever looks for leftovers next comes upon it.
    }
  }

  /** Of all bodies and locks; none where the folder is gone. */
  names(): string[] {
    try {
      const files = readdirSync(this.#path).filter((file) => file.startsWith(PREFIX));
      return files.map((file) => file.slice(PREFIX.length));
    } catch {
      return [];
    }
  }

  /** The file that a host has locked for as long as it lives. */
  lockOf(word: string): string {
    return this.#pathOf(word + LOCK);
  }

  /** In bytes; undefined where it is gone. */
  sizeOf(name: string): number | undefined {
    return statSync(this.#pathOf(name), { throwIfNoEntry: false })?.size;
  }

  #pathOf(name: string): string {
    return join(this.#path, PREFIX + name);
  }

  async #read(name: string, size: number): Promise<Buffer> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#pathOf(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const status = await file.stat();
      const isRight = status.isFile() && status.size === size;
      if (!isRight) throw spilledBodyError(this.#queue, `is no file of ${size} bytes`);
      const body = Buffer.alloc(size);
      const { bytesRead } = await file.read(body, 0, size, 0);
      if (bytesRead === size) return body;
      throw spilledBodyError(this.#queue, 'became shorter while it was read');
    } catch (error) {
      if (error instanceof MessageQueueError) throw error;
      const code = String(codeOf(error));
      throw spilledBodyError(this.#queue, `cannot be read (${code})`, error);
    } finally {
      await file?.close();
    }
  }
}

async function writeNew(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.writeFile(body);
  } finally {
    await file.close();
  }
}

/** On the thread pool: of many megabytes it takes longer than an event loop should stand still. */
async function sha256Of(body: Uint8Array): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', body);
  return Buffer.from(digest).toString('hex');
}
