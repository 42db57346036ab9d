import { clearTimeout, setTimeout } from 'node:timers';
import { interrupted } from '../base/interruption.js';

/** A wait that ends by itself, after a time or by `end`, and when `interrupted()` is. */
export class Limit implements Disposable {
  readonly #ended = interrupted();
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;

  /** @param timeout - milliseconds; undefined or Infinity for none */
  constructor(timeout: number | undefined) {
    if (timeout !== undefined && timeout < Infinity) this.#timer = setTimeout(this.end, timeout);
    this.#ended.addEventListener('abort', this.end);
    if (this.#ended.aborted) this.end();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it has ended by itself. */
  get isOver(): boolean {
    return this.signal.aborted && !this.#ended.aborted;
  }

  readonly end = (): void => {
    this.#controller.abort();
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#ended.removeEventListener('abort', this.end);
  }
}
