import { finished, type Readable } from 'node:stream';
import { toldByLoop } from './destroying.js';

/**
 * The chunks of a stream, one at a time. Node's own iterator listens to `readable` from its first
 * step on, which makes the stream take one message more while the consumer has one in hand.
 */
export class ChunkIterator<T> implements AsyncIterableIterator<T>, AsyncDisposable {
  readonly #stream: Readable;
  readonly #forget: () => void;
  #step: Promise<unknown> = Promise.resolve();
  #end: { error: unknown } | undefined;
  #listening = false;
  #wake: (() => void) | undefined;

  constructor(stream: Readable) {
    this.#stream = stream;
    this.#forget = finished(stream, { writable: false }, (error) => {
      this.#end ??= { error };
      this.#wake?.();
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const step = this.#step.then(() => this.#next());
    this.#step = step.catch(() => undefined);
    return step;
  }

  /** Leaves the loop: destroys the stream, whose queue then has what is unread, unless it has ended. */
  return(value?: undefined): Promise<IteratorResult<T, undefined>> {
    const ended = this.#end !== undefined;
    this.#end = { error: undefined };
    this.#wake?.();
    this.#leave();
    // One that has ended is destroyed by Node, unless it is a channel that can still be written to.
    if (!ended) this.#stream.destroy();
    return Promise.resolve({ done: true, value });
  }

  /** As `return`, for a generator that delegates to it: rejects with what was thrown into that. */
  async throw(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const chunk = (this.#stream.destroyed ? null : this.#stream.read()) as T | null;
      if (chunk !== null) return { done: false, value: chunk };
      if (this.#end !== undefined) {
        const { error } = this.#end;
        this.#end = { error: undefined };
        this.#leave();
        if (error !== undefined && error !== null) {
          toldByLoop.add(error);
          throw error as Error;
        }
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#listen();
      });
    }
  }

  /** Only once a read is under way: a stream that hears of its first listener begins one. */
  #listen(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#stream.on('readable', this.#readable);
  }

  readonly #readable = (): void => {
    this.#wake?.();
  };

  #leave(): void {
    this.#forget();
    this.#stream.off('readable', this.#readable);
  }
}
