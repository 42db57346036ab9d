import type { AnyEncoding } from '../codec/codec.js';
import { raw } from '../codec/raw.js';
import { encodingError, unknownEncodingError } from '../base/errors.js';

/**
 * In which encodings a writer takes strings. Node looks after them in streams of bytes only: one of
 * objects is given what the user gave.
 */
export class Encodings {
  readonly #codec: AnyEncoding;
  #default: BufferEncoding = 'utf8';

  constructor(codec: AnyEncoding = raw) {
    this.#codec = codec;
  }

  /** @throws TypeError */
  setDefault(encoding: BufferEncoding): void {
    this.#check(encoding);
    this.#default = encoding;
  }

  /**
   * The encoding of a value that is written.
   *
   * @throws TypeError
   */
  of(value: unknown, given: BufferEncoding | null | undefined): BufferEncoding {
    if (given === undefined || given === null) return this.#default;
    // So Node says that it is none.
    const isNone = (given as string) === 'buffer' && typeof value !== 'string';
    if (given !== 'utf8' && !isNone) this.#check(given);
    return given;
  }

  #check(encoding: string): void {
    if (!Buffer.isEncoding(encoding)) throw unknownEncodingError(encoding);
    if (this.#codec !== raw && !/^utf-?8$/i.test(encoding)) throw encodingError(encoding);
  }
}
