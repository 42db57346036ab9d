import type { FileHandle } from 'node:fs/promises';

const WINDOW = 64 * 1024;
const NOTHING_READ = { begin: 0, bytes: Buffer.alloc(0) };

/** A piece of a file, so that not each record of it is a read of its own. */
export class FileWindow {
  readonly #file: FileHandle;
  #read: { readonly begin: number; readonly bytes: Buffer } = NOTHING_READ;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** What was read is not what is there any more. */
  forget(): void {
    this.#read = NOTHING_READ;
  }

  /**
   * @param size - of the file
   * @returns fewer bytes than asked for where it ends
   */
  async bytes(at: number, length: number, size: number): Promise<Buffer> {
    const { begin, bytes } = this.#read;
    const offset = at - begin;
    if (offset >= 0 && offset + length <= bytes.length)
      return bytes.subarray(offset, offset + length);
    const window = Buffer.alloc(Math.max(length, Math.min(WINDOW, size - at)));
    const { bytesRead } = await this.#file.read(window, 0, window.length, at);
    this.#read = { begin: at, bytes: window.subarray(0, bytesRead) };
    return this.#read.bytes.subarray(0, length);
  }
}
