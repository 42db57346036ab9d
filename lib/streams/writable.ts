import { addAbortSignal, Writable } from 'node:stream';
import type { AnyCodec } from '../codec.js';
import type { QueueCore } from '../queue/core.js';
import { closeAfter, untilClosed } from './destroying.js';
import { Encoder } from './encoder.js';
import type { WriteStreamOptions } from './options.js';
import { WriteSide } from './write-side.js';

/** @internal */
export type Callback = (error?: Error | null) => void;

/**
 * The typed methods of {@link QueueWritable}. Strings and bytes pass the type check with every codec:
 * without them it would not be a NodeJS.WritableStream, which `pipe` and `pipeline` ask for.
 */
export interface QueueWritable<T> {
  write(value: T | string | Uint8Array, callback?: Callback): boolean;
  write(value: T | string | Uint8Array, encoding: BufferEncoding, callback?: Callback): boolean;
  end(callback?: () => void): this;
  end(value: T | string | Uint8Array, callback?: () => void): this;
  end(value: T | string | Uint8Array, encoding: BufferEncoding, callback?: () => void): this;
}

/**
 * A stream that sends each value as one message. `finish` means that the kernel has all of them, not
 * that anyone received them. On a full queue `end()` waits; `destroy()` gives up what is not sent.
 */
// oxlint-disable-next-line no-unused-vars -- the interface above uses it
export class QueueWritable<T> extends Writable {
  readonly #side: WriteSide;

  /** @internal */
  constructor(core: QueueCore, options: WriteStreamOptions<AnyCodec, boolean>, owns: boolean) {
    const { highWaterMark, signal } = options;
    super({
      objectMode: true,
      // A string must reach the codec as it is.
      decodeStrings: false,
      ...(highWaterMark !== undefined && { highWaterMark }),
    });
    this.#side = new WriteSide(core, new Encoder(core, options), owns);
    // Not as an option of super: one that is aborted already would call _destroy within it.
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** Ends it, and waits until the kernel has everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.writableFinished && !this.destroyed) {
      await new Promise<void>((resolve, reject) => {
        this.once('error', reject);
        this.once('finish', resolve);
        this.once('close', resolve);
        this.end();
      });
    }
    await untilClosed(this);
  }

  /** @internal */
  override _write(value: unknown, _: BufferEncoding, callback: Callback): void {
    this.#side.write([value], callback);
  }

  /** @internal */
  override _writev(chunks: { chunk: unknown }[], callback: Callback): void {
    this.#side.write(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  /** @internal */
  override _destroy(error: Error | null, callback: Callback): void {
    closeAfter([this.#side], error, callback);
  }
}
