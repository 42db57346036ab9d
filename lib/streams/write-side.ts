import { constants } from 'node:os';
import { AbortError, MessageQueueError } from '../errors.js';
import type { QueueCore } from '../queue/core.js';
import type { SendTicket } from '../queue/send-line.js';
import { nextTick } from '../timers.js';
import type { Chunk, Encoder } from './encoder.js';
import { fixLengths } from './fix-lengths.js';

const { EAGAIN } = constants.errno;

type Callback = (error?: Error | null) => void;

/** The writing half of a stream over a queue. */
export class WriteSide {
  readonly #core: QueueCore;
  readonly #encoder: Encoder;
  readonly #owns: boolean;
  #ticket: SendTicket | null = null;
  #whenSettled: (() => void) | undefined;

  constructor(core: QueueCore, encoder: Encoder, owns: boolean) {
    this.#core = core;
    this.#encoder = encoder;
    this.#owns = owns;
  }

  /**
   * For `_write` and `_writev`: sends what precedes the first value that cannot be sent, if there is
   * one, then fails. An error has in `sent` how many of the values have gone.
   */
  write(chunks: readonly Chunk[], callback: Callback): void {
    const { messages, error: invalid } = this.#encoder.encodeAll(chunks);
    const count = messages.length / 2;
    const result = this.#core.closed || count === 0 ? 0 : this.#core.sends.sendNow(messages);
    const sent = Math.max(0, result);
    if (sent === count) {
      // What is written before then comes as one batch.
      nextTick(callback, withSent(invalid, sent));
      return;
    }
    fixLengths(messages);
    this.#ticket = {
      messages,
      settle: (error, gone) => {
        this.#ticket = null;
        callback(withSent(error ?? invalid, gone));
        this.#whenSettled?.();
      },
    };
    this.#core.sends.join(this.#ticket, sent, result > 0 || result === -EAGAIN);
  }

  /** For `_destroy`: resolves when nothing is on its way any more and an owned queue is closed. */
  async destroy(): Promise<void> {
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

function destroyedError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `A stream was destroyed before queue '${queue}' had taken all that was written. Call end() and ` +
      `wait for 'finish' to have it all sent`,
    { code: 'ERR_STREAM_DESTROYED', syscall: 'mq_timedsend', queue },
  );
}
