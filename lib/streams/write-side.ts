import { constants } from 'node:os';
import { AbortError, MessageQueueError } from '../errors.js';
import type { QueueCore } from '../queue/core.js';
import type { SendTicket } from '../queue/send-line.js';
import type { Encoder } from './encoder.js';

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

  /** For `_write` and `_writev`. An error has in `sent` how many of the values have gone. */
  write(values: readonly unknown[], callback: Callback): void {
    let messages;
    try {
      messages = this.#encoder.encode(values);
    } catch (error) {
      callback(withSent(error as Error, 0));
      return;
    }
    const result = this.#core.closed ? 0 : this.#core.sends.sendNow(messages);
    const sent = Math.max(0, result);
    if (sent === values.length) {
      // What is written before then comes as one batch.
      process.nextTick(callback);
      return;
    }
    this.#ticket = {
      messages,
      settle: (error, count) => {
        this.#ticket = null;
        callback(error === null ? null : withSent(error, count));
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

function withSent(error: Error, sent: number): Error {
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
