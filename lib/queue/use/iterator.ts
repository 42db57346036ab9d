import type { Message } from '../../base/message.js';
import type { QueueCore } from '../core.js';
import type { Consumer } from '../line/consumer.js';

/**
 * The messages of a queue, one at a time. Written by hand: `return()` of an async generator hangs
 * until the next message, and loses that.
 */
export class MessageIterator implements AsyncIterableIterator<Message>, AsyncDisposable {
  readonly #core: QueueCore;
  readonly #steps = new Map<Consumer, (result: IteratorResult<Message, undefined>) => void>();
  #done = false;

  constructor(core: QueueCore) {
    this.#core = core;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#done || this.#core.closed) return Promise.resolve({ done: true, value: undefined });
    try {
      const value = this.#core.receives.takeOne();
      if (value !== null) return Promise.resolve({ done: false, value });
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#stand();
  }

  #stand(): Promise<IteratorResult<Message, undefined>> {
    return new Promise((resolve, reject) => {
      const step: Consumer = {
        want: 1,
        deliver: ([value]) => {
          this.#steps.delete(step);
          resolve({ done: false, value: value as Message });
        },
        ended: () => {
          this.#steps.delete(step);
          this.#done = true;
          resolve({ done: true, value: undefined });
        },
        fail: (error) => {
          this.#steps.delete(step);
          this.#done = true;
          reject(error);
        },
      };
      this.#steps.set(step, resolve);
      this.#core.receives.join(step);
    });
  }

  /** Ends the steps that wait. */
  return(value?: undefined): Promise<IteratorResult<Message, undefined>> {
    this.#done = true;
    for (const [step, resolve] of this.#steps) {
      this.#core.receives.leave(step);
      resolve({ done: true, value: undefined });
    }
    this.#steps.clear();
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
}
