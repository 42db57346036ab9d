import { addAbortSignal, Duplex } from 'node:stream';
import type { AnyCodec } from '../codec/codec.js';
import type { QueueCore } from '../queue/core.js';
import { ChunkIterator } from './chunk-iterator.js';
import { Decoder } from '../codec/decoder.js';
import { closeAfter, untilClosed } from './destroying.js';
import { Encoder, type Chunk } from '../codec/encoder.js';
import { checkEncodings, type Callback } from './encoded-writes.js';
import { Encodings } from './encodings.js';
import type { ChannelOptions } from './options.js';
import { ReadSide } from './read-side.js';
import type { AnyListener, Listener, Undelivered } from './readable.js';
import { encodingRemedy, refuseOnMessages, unshiftRemedy } from './unsupported.js';
import { WriteSide } from './write-side.js';

/** One queue of a channel, and whether the channel closes it. */
export interface ChannelEnd {
  readonly core: QueueCore;
  readonly owns: boolean;
}

/** The typed events and writes of {@link QueueDuplex}. */
export interface QueueDuplex<In, Out> {
  /** Event `undelivered`: messages that an owning channel had taken when it was destroyed. */
  on(event: 'undelivered', listener: Undelivered): this;
  /** Event `drop`, with `overflow: 'drop'`: how many values of a batch were dropped. */
  on(event: 'drop', listener: (count: number) => void): this;
  on(event: 'data', listener: Listener<Out>): this;
  on(event: string | symbol, listener: AnyListener): this;
  once(event: 'undelivered', listener: Undelivered): this;
  once(event: 'drop', listener: (count: number) => void): this;
  once(event: 'data', listener: Listener<Out>): this;
  once(event: string | symbol, listener: AnyListener): this;

  /** As Node's. An encoding of strings needs the codec `raw`; a TypeError for others. */
  write(value: In | string | Uint8Array, callback?: Callback): boolean;
  write(
    value: In | string | Uint8Array,
    encoding: BufferEncoding | null | undefined,
    callback?: Callback,
  ): boolean;
  /** As Node's, with the encodings of `write`. */
  end(callback?: () => void): this;
  end(value: In | string | Uint8Array, callback?: () => void): this;
  end(
    value: In | string | Uint8Array,
    encoding: BufferEncoding | null | undefined,
    callback?: () => void,
  ): this;
  /** As Node's, with the encodings of `write`. */
  setDefaultEncoding(encoding: BufferEncoding): this;
}

/** Reads one queue and writes another, as one stream: {@link createDuplex} makes it. */
// oxlint-disable-next-line no-unused-vars -- both declarations of a class need both parameters
export class QueueDuplex<In, Out> extends Duplex {
  readonly #reader: ReadSide;
  readonly #writer: WriteSide;
  readonly #encodings: Encodings;

  static {
    checkEncodings<QueueDuplex<unknown, unknown>>(this, (stream) => stream.#encodings);
  }

  /** @internal */
  constructor(
    readable: ChannelEnd,
    writable: ChannelEnd,
    options: ChannelOptions<AnyCodec, boolean>,
  ) {
    const { readableHighWaterMark = 0, writableHighWaterMark, overflow, signal } = options;
    super({
      objectMode: true,
      decodeStrings: false,
      // Both directions live on their own: the end of one queue says nothing about the other.
      allowHalfOpen: true,
      readableHighWaterMark,
      ...(writableHighWaterMark !== undefined && { writableHighWaterMark }),
    });
    const decoder = new Decoder(readable.core.name, options, true);
    this.#reader = new ReadSide(this, readable.core, decoder, readable.owns, options);
    const encoder = new Encoder(writable.core, options);
    const drop = (count: number): boolean => this.emit('drop', count);
    const onDrop = overflow === 'drop' ? drop : undefined;
    this.#writer = new WriteSide(writable.core, encoder, writable.owns, onDrop);
    this.#encodings = new Encodings(options.codec);
    // Not as an option of super: one that is aborted already would call _destroy within it.
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** How many values were dropped, with `overflow: 'drop'`. */
  get dropped(): number {
    return this.#writer.dropped;
  }

  /** Takes no more messages, delivers what it has, and ends its readable side. */
  stop(): this {
    this.#reader.stop();
    return this;
  }

  /** As Node's, but null once what is unread is held again, or put back. */
  override read(size?: number): Out | null {
    return this.destroyed || this.#reader.over ? null : (super.read(size) as Out | null);
  }

  /** Always throws: use the option `codec: text`. */
  override setEncoding(): never {
    return refuseOnMessages('setEncoding', encodingRemedy);
  }

  /** Always throws: a message that was read cannot become unread. */
  override unshift(): never {
    return refuseOnMessages('unshift', unshiftRemedy);
  }

  /** The values. Its end leaves the channel open for writing: then `end()` it. A `break` destroys it. */
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Out> {
    return new ChunkIterator<Out>(this);
  }

  /**
   * Takes no more messages, lets its queue have what is unread, ends the writable side, and waits until the
   * kernel has everything that was written. Rejects with a failure of the stream that no loop over it
   * has thrown.
   */
  override async [Symbol.asyncDispose](): Promise<void> {
    if (!this.destroyed) {
      // A failure of it is told when the whole is destroyed.
      this.#reader.destroy().catch(() => undefined);
      if (this.writableFinished) this.destroy();
      else this.once('finish', () => this.destroy());
      if (!this.writableEnded) this.end();
    }
    await untilClosed(this);
  }

  /** @internal */
  override _read(): void {
    this.#reader.read();
  }

  /** @internal */
  override _write(chunk: unknown, encoding: BufferEncoding, callback: Callback): void {
    this.#writer.write([{ chunk, encoding }], callback);
  }

  /** @internal */
  override _writev(chunks: Chunk[], callback: Callback): void {
    this.#writer.write(chunks, callback);
  }

  /** @internal */
  override _destroy(error: Error | null, callback: Callback): void {
    closeAfter([this.#reader, this.#writer], error, callback);
  }
}
