import { addAbortSignal, Duplex } from 'node:stream';
import type { AnyCodec } from '../codec.js';
import type { QueueCore } from '../queue/core.js';
import { ChunkIterator } from './chunk-iterator.js';
import { Decoder } from './decoder.js';
import { closeAfter, untilClosed } from './destroying.js';
import { Encoder } from './encoder.js';
import type { ChannelOptions } from './options.js';
import { ReadSide } from './read-side.js';
import type { AnyListener, Listener, Undelivered } from './readable.js';
import { encodingRemedy, refuseOnMessages, unshiftRemedy } from './unsupported.js';
import type { Callback } from './writable.js';
import { WriteSide } from './write-side.js';

/** One queue of a channel, and whether the channel closes it. */
export interface ChannelEnd {
  readonly core: QueueCore;
  readonly owns: boolean;
}

/** The typed methods and events of {@link QueueDuplex}. */
export interface QueueDuplex<In, Out> {
  /** Event `undelivered`: messages that an owning channel had taken when it was destroyed. */
  on(event: 'undelivered', listener: Undelivered): this;
  on(event: 'data', listener: Listener<Out>): this;
  on(event: string | symbol, listener: AnyListener): this;
  once(event: 'undelivered', listener: Undelivered): this;
  once(event: 'data', listener: Listener<Out>): this;
  once(event: string | symbol, listener: AnyListener): this;
  write(value: In | string | Uint8Array, callback?: Callback): boolean;
  write(value: In | string | Uint8Array, encoding: BufferEncoding, callback?: Callback): boolean;
  end(callback?: () => void): this;
  end(value: In | string | Uint8Array, callback?: () => void): this;
  end(value: In | string | Uint8Array, encoding: BufferEncoding, callback?: () => void): this;
}

/** Reads one queue and writes another, as one stream: {@link createDuplex} makes it. */
// oxlint-disable-next-line no-unused-vars -- the interface above uses it
export class QueueDuplex<In, Out> extends Duplex {
  readonly #reader: ReadSide;
  readonly #writer: WriteSide;

  /** @internal */
  constructor(
    readable: ChannelEnd,
    writable: ChannelEnd,
    options: ChannelOptions<AnyCodec, boolean>,
  ) {
    const { readableHighWaterMark = 0, writableHighWaterMark, signal } = options;
    super({
      objectMode: true,
      decodeStrings: false,
      // Both directions live on their own: the end of one queue says nothing about the other.
      allowHalfOpen: true,
      readableHighWaterMark,
      ...(writableHighWaterMark !== undefined && { writableHighWaterMark }),
    });
    const decoder = new Decoder(readable.core.name, options, true);
    this.#reader = new ReadSide(this, readable.core, decoder, readable.owns);
    const encoder = new Encoder(writable.core, options);
    this.#writer = new WriteSide(writable.core, encoder, writable.owns);
    // Not as an option of super: one that is aborted already would call _destroy within it.
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** Takes no more messages, delivers what it has, and ends its readable side. */
  stop(): this {
    this.#reader.stop();
    return this;
  }

  /** As Node's, but null once it is destroyed: by then what is unread has been handed back. */
  override read(size?: number): any {
    return this.destroyed ? null : super.read(size);
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

  /** Destroys it without an error, and waits until everything unread is handed back. */
  override [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
    return untilClosed(this);
  }

  /** @internal */
  override _read(): void {
    this.#reader.read();
  }

  /** @internal */
  override _write(value: unknown, _: BufferEncoding, callback: Callback): void {
    this.#writer.write([value], callback);
  }

  /** @internal */
  override _writev(chunks: { chunk: unknown }[], callback: Callback): void {
    this.#writer.write(
      chunks.map(({ chunk }) => chunk),
      callback,
    );
  }

  /** @internal */
  override _destroy(error: Error | null, callback: Callback): void {
    closeAfter([this.#reader, this.#writer], error, callback);
  }
}
