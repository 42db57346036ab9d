import type { Message } from '../../base/message.js';
import type { QueueCore } from '../core.js';
import { isClosed } from './is-closed.js';
import type { Ticket } from '../line/receive-line.js';
import { turn } from '../line/turn.js';

/**
 * The messages of a queue, one at a time. Written by hand: `return()` of an async generator hangs
 * until the next message, and loses that.
 */
export class MessageIterator implements AsyncIterableIterator<Message>, AsyncDisposable {
  readonly #core: QueueCore;
  readonly #steps = new Map<Ticket, (result: IteratorResult<Message, undefined>) => void>();
  #done = false;

  constructor(core: QueueCore) {
    this.#core = core;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#done || this.#core.closed) return Promise.resolve({ done: true, value: undefined });
    const tries = turn.open;
    try {
      const value = tries ? this.#core.receives.takeOne(false) : null;
      if (value !== null) {
        turn.spend();
        return Promise.resolve({ done: false, value });
      }
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.#wait(tries);
  }

  #wait(tried: boolean): Promise<IteratorResult<Message, undefined>> {
    return new Promise((resolve, reject) => {
      const ticket: Ticket = {
        want: 1,
        deliver: ([value]) => {
          this.#steps.delete(ticket);
          resolve({ done: false, value: value as Message });
        },
        fail: (error) => {
          this.#steps.delete(ticket);
          this.#done = true;
          if (isClosed(error)) resolve({ done: true, value: undefined });
          else reject(error);
        },
      };
      this.#steps.set(ticket, resolve);
      this.#core.receives.join(ticket, tried);
    });
  }

  /** Ends the steps that wait. */
  return(value?: undefined): Promise<IteratorResult<Message, undefined>> {
    this.#done = true;
    for (const [ticket, resolve] of this.#steps) {
      this.#core.receives.leave(ticket);
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
