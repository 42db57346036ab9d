import { performance } from 'node:perf_hooks';
import type { Writable } from 'node:stream';
import type { Message, MessageQueue } from '../../index.js';
import { interrupted } from '../base/interruption.js';

type Outgoing = Buffer | Message;

/** How many go together at most. */
const MOST = 512;
/** Milliseconds: batches that take longer get smaller, so that `sent` moves. */
const LONG = 50;

/** Sends one message after the other, and knows how many have gone. */
export class Sending {
  readonly #queue: MessageQueue;
  readonly #priority: number;
  readonly #timeout: number | undefined;
  readonly #stream: Writable;
  #together = 16;
  #sent = 0;

  /** @param timeout - milliseconds that each message may wait for room */
  constructor(queue: MessageQueue, priority: number, timeout: number | undefined) {
    this.#queue = queue;
    this.#priority = priority;
    this.#timeout = timeout;
    const signal = interrupted();
    this.#stream = queue
      .createWriteStream({ highWaterMark: MOST, priority, signal })
      // Told by what is written.
      .on('error', () => undefined);
  }

  get sent(): number {
    return this.#sent;
  }

  /** @returns rejects as `MessageQueue.send`; by then `sent` counts what was sent before */
  async send(messages: readonly Outgoing[]): Promise<void> {
    if (this.#timeout === undefined) await this.#sendTogether(messages);
    else await this.#sendEach(messages);
  }

  async #sendEach(messages: readonly Outgoing[]): Promise<void> {
    const how = { timeout: this.#timeout, signal: interrupted() };
    for (const message of messages) {
      const priority = Buffer.isBuffer(message) ? this.#priority : message.priority;
      await this.#queue.send(message, { ...how, priority });
      this.#sent += 1;
    }
  }

  /** With a call into the kernel for each, but few into the library. */
  async #sendTogether(messages: readonly Outgoing[]): Promise<void> {
    for (let next = 0; next < messages.length;) {
      const batch = messages.slice(next, next + this.#together);
      const since = performance.now();
      await this.#write(batch);
      next += batch.length;
      const isLong = performance.now() - since > LONG;
      this.#together = isLong
        ? Math.max(1, this.#together >> 1)
        : Math.min(MOST, this.#together * 2);
    }
  }

  /** What is written while it is corked is one batch. */
  #write(messages: readonly Outgoing[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error | null): void => {
        if (error instanceof Error) {
          this.#sent += (error as { sent?: number }).sent ?? 0;
          reject(error);
          return;
        }
        this.#sent += messages.length;
        resolve();
      };
      this.#stream.cork();
      const last = messages.length - 1;
      messages.forEach((message, index) => {
        if (index < last) this.#stream.write(message);
        else this.#stream.write(message, settle);
      });
      this.#stream.uncork();
    });
  }
}
