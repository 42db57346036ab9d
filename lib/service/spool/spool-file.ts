import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../base/code-of.js';
import { spoolDamagedError, spoolFileError } from '../../base/errors.js';
import { decodeRecord, lengthOfRecord, RECORD_HEADER, type SpooledMessage } from './record.js';
import { lockSpool } from './spool-lock.js';

const MAGIC = Buffer.from('MQSPOOL1');
/** Behind the magic stands where the first record begins that is not done: 64 bits, little endian. */
const BEGIN = MAGIC.length + 8;
const WINDOW = 64 * 1024;
const NOTHING_READ = { begin: 0, bytes: Buffer.alloc(0) };
const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;

/**
 * Messages in a file, first in first out. One that was appended survives the end of this process, and of the
 * machine, see fdatasync(2). That one is done need not: then it comes again.
 *
 * @internal
 */
export class SpoolFile {
  readonly path: string;
  readonly #maxSize: number;
  readonly #file: FileHandle;
  readonly #unlock: () => void;
  /** Of the first record that is not done, and behind the last one. */
  #begin = BEGIN;
  #end = BEGIN;
  #messages = 0;
  /** Of the file. */
  #size = BEGIN;
  #first: { message: SpooledMessage; length: number } | undefined;
  /** A piece of the file, so that not each record is a read of its own. */
  #window: { begin: number; bytes: Buffer } = NOTHING_READ;
  /** Each touches the file when the one before is done. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, maxSize: number, file: FileHandle, unlock: () => void) {
    this.path = path;
    this.#maxSize = maxSize;
    this.#file = file;
    this.#unlock = unlock;
  }

  /**
   * Opens the file, or makes it: of mode 0600. A record at its end that was not written whole is dropped: nobody
   * was told that it is there.
   *
   * @returns rejects where another process has it, where it cannot be used and where it is damaged
   */
  static async open(path: string, maxSize: number): Promise<SpoolFile> {
    const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600).catch((error: unknown) => {
      throw spoolFileError(path, 'open', error);
    });
    let unlock: (() => void) | undefined;
    try {
      unlock = lockSpool(path);
      const spool = new SpoolFile(path, maxSize, file, unlock);
      await spool.#load();
      return spool;
    } catch (error) {
      await file.close();
      unlock?.();
      throw error;
    }
  }

  get messages(): number {
    return this.#messages;
  }

  get isEmpty(): boolean {
    return this.#messages === 0;
  }

  /** Bytes, of what is not done. */
  get size(): number {
    return this.#end - this.#begin;
  }

  /** Whether there is room. What is done keeps its room until all is done. */
  hasRoomFor(record: Buffer): boolean {
    return this.#end + record.length <= this.#maxSize;
  }

  /** Whether there would be room if it were empty. */
  canHold(record: Buffer): boolean {
    return BEGIN + record.length <= this.#maxSize;
  }

  /** Resolves when the message is on the disk. It counts from then on. */
  append(record: Buffer): Promise<void> {
    return this.#inTurn('write', async () => {
      try {
        await this.#write(record, this.#end);
        await this.#file.datasync();
      } catch (error) {
        await this.#cutAt(this.#end).catch(() => undefined);
        throw error;
      }
      this.#end += record.length;
      this.#size = this.#end;
      this.#messages += 1;
    });
  }

  /** The first one that is not done. Undefined where there is none. */
  first(): Promise<SpooledMessage | undefined> {
    return this.#inTurn('read', async () => {
      if (this.isEmpty) return undefined;
      this.#first ??= await this.#read(this.#begin);
      if (this.#first === undefined)
        throw spoolDamagedError(this.path, 'has changed under its bridge');
      return this.#first.message;
    });
  }

  /** The first one is done. */
  done(): Promise<void> {
    return this.#inTurn('write', async () => {
      this.#begin += this.#first?.length ?? 0;
      this.#first = undefined;
      this.#messages -= 1;
      if (this.#messages === 0) await this.#clear();
      else await this.#writeBegin();
    });
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#file.close();
    this.#unlock();
  }

  /** First its records go, so that a begin behind its end tells that they were done. */
  async #clear(): Promise<void> {
    await this.#file.truncate(BEGIN);
    this.#window = NOTHING_READ;
    this.#begin = BEGIN;
    this.#end = BEGIN;
    this.#size = BEGIN;
    await this.#writeBegin();
  }

  async #writeBegin(): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(this.#begin));
    await this.#write(bytes, MAGIC.length);
  }

  async #load(): Promise<void> {
    const { size } = await this.#file.stat();
    this.#size = size;
    const head = await this.#bytes(0, BEGIN);
    const isWhole = head.length === BEGIN;
    if (!head.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, head.length))) {
      throw spoolDamagedError(this.path, 'is no spool file');
    }
    if (!isWhole) return this.#make();
    const begin = Number(head.readBigUInt64LE(MAGIC.length));
    if (begin < BEGIN) throw spoolDamagedError(this.path, 'begins nowhere');
    if (begin > size || size === BEGIN) return this.#clear();
    this.#begin = begin;
    await this.#count(size);
  }

  async #make(): Promise<void> {
    await this.#write(MAGIC, 0);
    await this.#clear();
    await this.#file.datasync();
    const folder = await open(dirname(this.path));
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Goes through the records, up to one that was not written whole. */
  async #count(size: number): Promise<void> {
    let at = this.#begin;
    for (;;) {
      const record = await this.#read(at);
      if (record === undefined) break;
      at += record.length;
      this.#messages += 1;
    }
    this.#end = at;
    if (at < size && !(await this.#isTorn(at, size))) {
      throw spoolDamagedError(this.path, `is damaged at byte ${at}, with more behind it`);
    }
    if (this.isEmpty) await this.#clear();
    else await this.#cutAt(at);
  }

  async #cutAt(at: number): Promise<void> {
    await this.#file.truncate(at);
    this.#size = at;
    this.#window = NOTHING_READ;
  }

  /** Whether that may be what a record leaves that was cut off in the middle: it ends the file, or no byte was written. */
  async #isTorn(at: number, size: number): Promise<boolean> {
    const length = lengthOfRecord(await this.#bytes(at, RECORD_HEADER));
    if (length !== undefined) return at + length >= size;
    const rest = await this.#bytes(at, size - at);
    return rest.length < RECORD_HEADER || rest.every((byte) => byte === 0);
  }

  async #read(at: number): Promise<{ message: SpooledMessage; length: number } | undefined> {
    const length = lengthOfRecord(await this.#bytes(at, RECORD_HEADER));
    // What a damaged one says of its length may be anything.
    if (length === undefined || at + length > this.#size) return undefined;
    const record = await this.#bytes(at, length);
    if (record.length < length) return undefined;
    const message = decodeRecord(record);
    return message && { message, length };
  }

  /** A call may write a part only, where the disk is nearly full. */
  async #write(bytes: Buffer, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
  }

  /** Fewer than asked for where the file ends. What was read stays valid: records are never changed. */
  async #bytes(at: number, length: number): Promise<Buffer> {
    const { begin, bytes } = this.#window;
    const offset = at - begin;
    if (offset >= 0 && offset + length <= bytes.length)
      return bytes.subarray(offset, offset + length);
    const window = Buffer.alloc(Math.max(length, Math.min(WINDOW, this.#size - at)));
    const { bytesRead } = await this.#file.read(window, 0, window.length, at);
    this.#window = { begin: at, bytes: window.subarray(0, bytesRead) };
    return this.#window.bytes.subarray(0, length);
  }

  #inTurn<T>(syscall: string, act: () => Promise<T>): Promise<T> {
    const acted = this.#last.then(act).catch((error: unknown) => {
      const code = codeOf(error);
      throw code === 'ERR_MQ_SPOOL' ? error : spoolFileError(this.path, syscall, error);
    });
    this.#last = acted.catch(() => undefined);
    return acted;
  }
}
