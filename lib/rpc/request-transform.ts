import { addAbortSignal, Transform, type TransformCallback } from 'node:stream';
import { unfit } from '../base/errors.js';
import { Line } from '../base/line.js';
import type { AskOne } from './request-all.js';

/** A request for each chunk; the values of the replies in the order of the chunks. */
export class RequestTransform extends Transform {
  readonly #ask: AskOne;
  readonly #concurrency: number;
  readonly #over = new AbortController();
  /** Those under way, the oldest first. */
  readonly #asked = new Line<Promise<unknown>>();
  #pushing = false;
  /** Wants to be called when there is room for another one, or when all are back. */
  #waiting: { readonly most: number; readonly call: TransformCallback } | undefined;

  constructor(ask: AskOne, concurrency: number, signal: AbortSignal | undefined) {
    super({ objectMode: true, readableHighWaterMark: 1, writableHighWaterMark: 1 });
    this.#ask = ask;
    this.#concurrency = concurrency;
    if (signal !== undefined) addAbortSignal(signal, this);
  }

  override _transform(chunk: unknown, _: BufferEncoding, call: TransformCallback): void {
    const asked = this.#ask(chunk, this.#over.signal);
    // It is looked at when it is its turn.
    asked.catch(() => undefined);
    this.#asked.push(asked);
    this.#callBelow(this.#concurrency - 1, call);
  }

  override _flush(call: TransformCallback): void {
    this.#callBelow(0, call);
  }

  override _destroy(error: Error | null, call: (error?: Error | null) => void): void {
    this.#over.abort(error ?? undefined);
    super._destroy(error, call);
  }

  #callBelow(most: number, call: TransformCallback): void {
    this.#waiting = { most, call };
    if (!this.#pushing) void this.#push();
    else this.#wake();
  }

  #wake(): void {
    const { most, call } = this.#waiting ?? { most: -1 };
    if (this.#asked.length > most) return;
    this.#waiting = undefined;
    call?.();
  }

  async #push(): Promise<void> {
    this.#pushing = true;
    this.#wake();
    try {
      for (let next = this.#asked.front; next !== undefined; next = this.#asked.front) {
        const value = await next.value;
        if (value === null || value === undefined)
          throw unfit('an empty reply would end the stream');
        void this.#asked.shift();
        this.push(value);
        this.#wake();
      }
    } catch (error) {
      this.destroy(error as Error);
    }
    this.#pushing = false;
  }
}
