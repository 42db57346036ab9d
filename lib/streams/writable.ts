import { addAbortSignal, Writable } from 'node:stream';
import type { AnyEncoding } from '../codec/codec.js';
import type { QueueCore } from '../queue/core.js';
import { closeAfter, untilClosed } from './destroying.js';
import { Encoder, type Chunk } from '../codec/encoder.js';
import { checkEncodings, type Callback } from './encoded-writes.js';
import { Encodings } from './encodings.js';
import type { WriteStreamOptions } from './options.js';
import type { AnyListener } from './readable.js';
import { WriteSide } from './write-side.js';

/** The typed events and writes of {@link QueueWritable}. */
export interface QueueWritable<T> {
  /** Event `drop`, with `overflow: 'drop'`: how many values of a batch were dropped. */
  on(event: 'drop', listener: (count: number) => void): this;
  on(event: string | symbol, listener: AnyListener): this;
  once(event: 'drop', listener: (count: number) => void): this;
  once(event: string | symbol, listener: AnyListener): this;

  /** As Node's. An encoding of strings needs the codec `raw`; a TypeError for others. */
  write(value: T | string | Uint8Array, callback?: Callback): boolean;
  write(
    value: T | string | Uint8Array,
    encoding: BufferEncoding | null | undefined,
    callback?: Callback,
  ): boolean;
  /** As Node's, with the encodings of `write`. */
  end(callback?: () => void): this;
  end(value: T | string | Uint8Array, callback?: () => void): this;
  end(
    value: T | string | Uint8Array,
    encoding: BufferEncoding | null | undefined,
    callback?: () => void,
  ): this;
  /** As Node's, with the encodings of `write`. */
  setDefaultEncoding(encoding: BufferEncoding): this;
}

/**
 * A stream that sends each value as one message. `finish` means that the kernel has all of them, not
 * that anyone received them. On a full queue `end()` waits; `destroy()` gives up what is not sent.
 *
 * Strings and bytes pass the type check with every codec: without them it would not be a
 * NodeJS.WritableStream, which `pipe` and `pipeline` ask for.
 */
// oxlint-disable-next-line no-unused-vars -- both declarations of a class need its parameter
export class QueueWritable<T> extends Writable {
  readonly #side: WriteSide;
  readonly #encodings: Encodings;

  static {
    checkEncodings<QueueWritable<unknown>>(this, (stream) => stream.#encodings);
  }

  /** @internal */
  constructor(core: QueueCore, options: WriteStreamOptions<AnyEncoding, boolean>, owns: boolean) {
    const { highWaterMark, overflow, signal } = options;
    super({
      objectMode: true,
      // A string must reach the codec as it is.
      decodeStrings: false,
      ...(highWaterMark !== undefined && { highWaterMark }),
    });
    const drop = (count: number): boolean => this.emit('drop', count);
    const onDrop = overflow === 'drop' ? drop : undefined;
    this.#side = new WriteSide(core, new Encoder(core, options), owns, onDrop);
    this.#encodings = new Encodings(options.codec);
    // Not as an option of super: one that is aborted already would call _destroy within it.
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** How many values were dropped, with `overflow: 'drop'`. */
  get dropped(): number {
    return this.#side.dropped;
  }

  /** Ends it, and waits until the kernel has everything. Rejects with a failure of the stream. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.writableEnded) this.end();
    await untilClosed(this);
  }

  /** @internal */
  override _write(chunk: unknown, encoding: BufferEncoding, callback: Callback): void {
    this.#side.write([{ chunk, encoding }], callback);
  }

  /** @internal */
  override _writev(chunks: Chunk[], callback: Callback): void {
    this.#side.write(chunks, callback);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: Callback): void {
    closeAfter([this.#side], error, callback);
  }
}
