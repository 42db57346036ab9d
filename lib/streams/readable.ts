import { addAbortSignal, Readable } from 'node:stream';
import type { AnyDecoding } from '../codec/codec.js';
import type { Message } from '../base/message.js';
import type { QueueCore } from '../queue/core.js';
import { Decoder } from '../codec/decoder.js';
import { ChunkIterator } from './chunk-iterator.js';
import { closeAfter, untilClosed } from './destroying.js';
import type { ReadStreamOptions } from './options.js';
import { ReadSide } from './read-side.js';
import { encodingRemedy, refuseOnMessages, unshiftRemedy } from './unsupported.js';

/** @internal */
export type Listener<T> = (chunk: T) => void;
/** @internal */
export type Undelivered = (messages: Message[]) => void;
// oxlint-disable-next-line typescript/no-explicit-any -- as Node's own types have it
/** @internal */
export type AnyListener = (...args: any[]) => void;

/** The typed events of {@link QueueReadable}. */
export interface QueueReadable<T> {
  /** Event `undelivered`: messages that an owning stream had taken when it was destroyed. */
  on(event: 'undelivered', listener: Undelivered): this;
  on(event: 'data', listener: Listener<T>): this;
  on(event: string | symbol, listener: AnyListener): this;
  once(event: 'undelivered', listener: Undelivered): this;
  once(event: 'data', listener: Listener<T>): this;
  once(event: string | symbol, listener: AnyListener): this;
}

/**
 * The messages of a queue as a stream of values. It ends by `stop()`, or when its queue is closed;
 * an empty queue is no end, unless it was opened with `until: 'empty'`.
 */
export class QueueReadable<T> extends Readable {
  readonly #side: ReadSide;

  /** @internal */
  constructor(core: QueueCore, options: ReadStreamOptions<AnyDecoding, boolean>, owns: boolean) {
    const { highWaterMark = 0, signal } = options;
    super({ objectMode: true, highWaterMark });
    const decoder = new Decoder(core.name, options, true);
    this.#side = new ReadSide(this, core, decoder, owns, options);
    // Not as an option of super: one that is aborted already would call _destroy within it.
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  /** Takes no more messages, delivers what it has, and ends. */
  stop(): this {
    this.#side.stop();
    return this;
  }

  /** As Node's, but null once it is destroyed: by then what is unread is held again, or put back. */
  override read(size?: number): T | null {
    return this.destroyed ? null : (super.read(size) as T | null);
  }

  /** Always throws: use the option `codec: text`. */
  override setEncoding(): never {
    return refuseOnMessages('setEncoding', encodingRemedy);
  }

  /** Always throws: a message that was read cannot become unread. */
  override unshift(): never {
    return refuseOnMessages('unshift', unshiftRemedy);
  }

  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<T> {
    return new ChunkIterator<T>(this);
  }

  /**
   * Destroys it without an error, and waits until its queue has everything unread. Rejects with a
   * failure of the stream that no loop over it has thrown.
   */
  override [Symbol.asyncDispose](): Promise<void> {
    this.destroy();
    return untilClosed(this);
  }

  /** @internal */
  override _read(): void {
    this.#side.read();
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    closeAfter([this.#side], error, callback);
  }
}
