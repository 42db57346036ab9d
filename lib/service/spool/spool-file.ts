import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../base/code-of.js';
import { spoolDamagedError, spoolFileError } from '../../base/errors.js';
import { decodeRecord, lengthOfRecord, RECORD_HEADER, type SpooledMessage } from './record.js';
import { lockSpool } from './spool-lock.js';
import { FileWindow } from './window.js';

const MAGIC = Buffer.from('MQSPOOL1');
/**
 * Behind the magic stand two marks, 64 bits each, little endian: where the first record begins that is not done, and what the
 * disk has for certain.
 */
const MARKS = 16;
const BEGIN = MAGIC.length + MARKS;
const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;

/** A record on its way to the disk. */
interface Appending {
  readonly record: Buffer;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Messages in a file, first in first out. One that was appended survives the end of this process, and of the
 * machine, see fdatasync(2). That one is done need not: then it comes again. Those that are appended while the disk is busy
 * go there together.
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
  readonly #window: FileWindow;
  /** Those that no write has begun for, and the bytes of all that are not on the disk. */
  #waiting: Appending[] = [];
  #bytesAppending = 0;
  /** Each touches the file when the one before is done. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, maxSize: number, file: FileHandle, unlock: () => void) {
    this.path = path;
    this.#maxSize = maxSize;
    this.#file = file;
    this.#unlock = unlock;
    this.#window = new FileWindow(file);
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

  /** Whether nothing is on its way there either. */
  get isUnused(): boolean {
    return this.isEmpty && this.#bytesAppending === 0;
  }

  /** Whether there is room. What is done keeps its room until all is done. */
  hasRoomFor(record: Buffer): boolean {
    return this.#end + this.#bytesAppending + record.length <= this.#maxSize;
  }

  /** Whether there would be room if it were empty. */
  canHold(record: Buffer): boolean {
    return BEGIN + record.length <= this.#maxSize;
  }

  /** Resolves when the message is on the disk. It counts from then on. */
  append(record: Buffer): Promise<void> {
    this.#bytesAppending += record.length;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      // Those that come before its turn go with it.
      if (this.#waiting.length === 1) void this.#appendAll();
    });
  }

  async #appendAll(): Promise<void> {
    let all: Appending[] = [];
    try {
      await this.#inTurn('write', async () => {
        all = this.#waiting.splice(0);
        await this.#writeRecords(all.map(({ record }) => record));
      });
      for (const each of all) each.resolve();
    } catch (error) {
      for (const each of all) each.reject(error);
    }
  }

  async #writeRecords(records: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(records);
    try {
      // What was there before is on the disk: so its mark may go with these, and needs no wait of its own.
      await bothOf(this.#writeMarks(), this.#write(bytes, this.#end));
      await this.#file.datasync();
      this.#end += bytes.length;
      this.#size = this.#end;
      this.#messages += records.length;
    } catch (error) {
      await this.#cutAt(this.#end).catch(() => undefined);
      throw error;
    } finally {
      this.#bytesAppending -= bytes.length;
    }
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
      else await this.#writeMarks();
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
    this.#window.forget();
    this.#begin = BEGIN;
    this.#end = BEGIN;
    this.#size = BEGIN;
    await this.#writeMarks();
  }

  async #writeMarks(): Promise<void> {
    const bytes = Buffer.alloc(MARKS);
    bytes.writeBigUInt64LE(BigInt(this.#begin));
    bytes.writeBigUInt64LE(BigInt(this.#end), 8);
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
    await this.#count(size, Number(head.readBigUInt64LE(MAGIC.length + 8)));
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
  async #count(size: number, certain: number): Promise<void> {
    let at = this.#begin;
    for (;;) {
      const record = await this.#read(at);
      if (record === undefined) break;
      at += record.length;
      this.#messages += 1;
    }
    this.#end = at;
    // Of what was written together a disk that lost its power may have a later part alone.
    if (at < Math.min(size, certain) && !(await this.#isTorn(at, size))) {
      throw spoolDamagedError(this.path, `is damaged at byte ${at}, with more behind it`);
    }
    if (this.isEmpty) await this.#clear();
    else await this.#cutAt(at);
  }

  async #cutAt(at: number): Promise<void> {
    await this.#file.truncate(at);
    this.#size = at;
    this.#window.forget();
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

  /** What was read stays valid: records are never changed. */
  #bytes(at: number, length: number): Promise<Buffer> {
    return this.#window.bytes(at, length, this.#size);
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

/** Rejects when both are over, so that nothing is being written any more. */
async function bothOf(one: Promise<void>, other: Promise<void>): Promise<void> {
  const ends = await Promise.allSettled([one, other]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
