import { constants } from 'node:os';
import { AbortError, destroyedError, MessageQueueError } from '../base/errors.js';
import { NOTHING } from '../native/answers.js';
import type { OutgoingMessages } from '../native/mailbox.js';
import { apart } from '../base/apart.js';
import type { QueueCore } from '../queue/core.js';
import { presentScope, within } from '../base/scope.js';
import type { SendTicket } from '../queue/line/send-line.js';
import { turn } from '../queue/line/turn.js';
import { nextTick } from '../base/timers.js';
import type { Chunk, Encoder } from '../codec/encoder.js';
import { fixLengths } from '../native/fix-lengths.js';

const { EBADF } = constants.errno;

type Callback = (error?: Error | null) => void;

/** Messages of values that were written together. */
interface Batch {
  readonly messages: OutgoingMessages;
  readonly count: number;
  /** What is wrong with the value after them. */
  readonly invalid: Error | null;
  readonly callback: Callback;
}

/** The writing half of a stream over a queue. */
export class WriteSide {
  readonly #core: QueueCore;
  readonly #encoder: Encoder;
  readonly #owns: boolean;
  readonly #onDrop: ((count: number) => void) | undefined;
  #dropped = 0;
  #destroyed = false;
  #ticket: SendTicket | null = null;
  #whenSettled: (() => void) | undefined;

  /** @param onDrop - told how many of a batch were dropped; without it they wait for room */
  constructor(
    core: QueueCore,
    encoder: Encoder,
    owns: boolean,
    onDrop: ((count: number) => void) | undefined,
  ) {
    this.#core = core;
    this.#encoder = encoder;
    this.#owns = owns;
    this.#onDrop = onDrop;
  }

  /** How many values were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /**
   * For `_write` and `_writev`: sends what precedes the first value that cannot be sent, if there is
   * one, then fails. An error has in `sent` how many of the values have gone.
   */
  write(chunks: readonly Chunk[], callback: Callback): void {
    const { messages, error } = this.#encoder.encodeAll(chunks);
    const batch = { messages, count: messages.length / 2, invalid: error, callback };
    if (this.#onDrop !== undefined) {
      this.#sendOrDrop(batch, 0);
      return;
    }
    const sent = batch.count === 0 ? 0 : Math.max(0, this.#core.sends.send(messages));
    // What is written before the next tick comes as one batch.
    if (sent === batch.count) nextTick(callback, withSent(error, sent));
    else this.#stand(batch, sent);
  }

  #stand({ messages, invalid, callback }: Batch, sent: number): void {
    fixLengths(messages);
    this.#ticket = {
      messages,
      scope: presentScope(),
      settle: (error, gone) => {
        this.#ticket = null;
        callback(withSent(error ?? invalid, gone));
        this.#whenSettled?.();
      },
    };
    this.#core.sends.join(this.#ticket, sent);
  }

  /** From number `first` on, until one finds the queue full, or others who wait. */
  #sendOrDrop(batch: Batch, first: number): void {
    let sent = first;
    while (sent < batch.count) {
      if (this.#destroyed) {
        batch.callback(destroyedError(this.#core.name));
        return;
      }
      if (!turn.open) {
        const scope = presentScope();
        turn.next(() => {
          within(scope, () => this.#sendOrDrop(batch, sent));
        });
        return;
      }
      const result = this.#core.closed ? -EBADF : this.#core.sends.send(batch.messages, sent);
      if (result === 0 || result === NOTHING) break;
      if (result < 0) {
        // The line has the error for it.
        this.#stand(batch, sent);
        return;
      }
      sent += result;
    }
    const dropped = batch.count - sent;
    this.#dropped += dropped;
    nextTick(() => {
      if (dropped > 0) apart(() => this.#onDrop?.(dropped));
      batch.callback(withSent(batch.invalid, sent));
    });
  }

  /** For `_destroy`: resolves when nothing is on its way any more and an owned queue is closed. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    if (this.#ticket !== null) {
      const settled = new Promise<void>((resolve) => {
        this.#whenSettled = resolve;
      });
      this.#core.sends.leave(this.#ticket, destroyedError(this.#core.name));
      if (this.#ticket !== null) await settled;
    }
    // Nothing is ever taken through a queue that was opened for a writer.
    if (this.#owns) await this.#core.close(() => undefined);
  }
}

function withSent(error: Error | null, sent: number): Error | null {
  if (error instanceof MessageQueueError || error instanceof AbortError) error.sent = sent;
  return error;
}
