import type { Message } from '../../base/message.js';
import type { QueueCore } from '../core.js';
import type { Consumer } from '../line/consumer.js';
import { presentScope, type Scope } from '../../base/scope.js';

/** Where a {@link PushConsumer} puts what it gets. */
export interface Sink {
  message(message: Message): void;
  /** The queue was closed, and it has stopped. */
  ended(): void;
  /** It has stopped. */
  failed(error: Error): void;
  /** For one that does not wait: there is nothing more now, and it has stopped. */
  readonly empty?: (() => void) | undefined;
}

/**
 * A consumer that is told of each message and cannot be made to wait. It has one place in the line,
 * and goes to its end after each message, or after each batch of them.
 */
export class PushConsumer implements Consumer {
  /** More than one are taken ahead of demand: after each message the sink may have had enough. */
  readonly want: number;
  readonly empty: (() => void) | undefined;
  readonly #core: QueueCore;
  readonly #sink: Sink;
  scope: Scope | undefined;
  #active = false;
  #standing = false;

  constructor(core: QueueCore, sink: Sink, want = 1) {
    this.want = want;
    this.#core = core;
    this.#sink = sink;
    if (sink.empty === undefined) return;
    this.empty = () => {
      this.#active = false;
      this.#standing = false;
      sink.empty?.();
    };
  }

  /** From now on the sink is called in the async context of this moment. */
  begin(): void {
    this.scope ??= presentScope();
  }

  /** The next `begin` counts. */
  forget(): void {
    this.scope = undefined;
  }

  start(): void {
    this.begin();
    this.#active = true;
    this.#join();
  }

  stop(): void {
    this.#active = false;
    this.#standing = false;
    this.#core.receives.leave(this);
  }

  deliver(messages: Message[]): void {
    this.#standing = false;
    let given = 0;
    try {
      while (given < messages.length && this.#active) {
        const message = messages[given] as Message;
        given += 1;
        this.#sink.message(message);
      }
    } finally {
      // To the end of the line where it was stopped and started meanwhile: the messages are the next one's.
      if (given < messages.length) void this.#core.hold(messages.slice(given));
      this.#join();
    }
  }

  ended(): void {
    this.#active = false;
    this.#standing = false;
    this.#sink.ended();
  }

  fail(error: Error): void {
    this.#active = false;
    this.#standing = false;
    this.#sink.failed(error);
  }

  #join(): void {
    if (!this.#active || this.#standing) return;
    this.#standing = true;
    this.#core.receives.join(this);
  }
}
