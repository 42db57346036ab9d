import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers';
import { Message, MessageQueue } from '../../index.js';
import type { Delivery, Receiver } from '../../service.js';
import { interrupted } from '../base/interruption.js';
import { Limit } from './limit.js';
import { putBack } from './put-back.js';

/** How many are taken at once at most: few enough to go back. */
const MOST = 64;
/** In bytes: of large messages fewer. */
const LARGEST = 1_048_576;

/** Where its name is removed it goes on, when there is one, with another queue of that name. */
const HOW = { access: 'read', reopen: 'existing' } as const;

/** Where messages come from that are to be printed. */
export interface Source {
  /**
   * Waits for a message, and takes what else is there.
   *
   * @param timeout - milliseconds
   * @returns up to `most`; none where nothing came in time, or the queue was found empty; rejects with AbortError when
   * `interrupted()` is
   */
  next(most: number, timeout: number | undefined): Promise<readonly Message[]>;
  /** So many of those that came last, from the first on, are printed. The others are not, nor will be. */
  printed(count: number): Promise<void>;
  /** What is left goes back. */
  close(): Promise<void>;
}

/** @param untilEmpty - never waits */
export async function openSource(name: string, ack: boolean, untilEmpty: boolean): Promise<Source> {
  if (!ack) return new PlainSource(MessageQueue.open(name, HOW), untilEmpty);
  const { PosixTransport } = await import('../../service.js');
  const transport = new PosixTransport();
  const most = mostOf(await transport.stat(name));
  const how = { redelivery: true, follow: true, concurrency: most };
  const receiver = await transport.openReceiver(name, how);
  const watched = untilEmpty ? MessageQueue.open(name, HOW) : undefined;
  return new LeasedSource(receiver, most, watched);
}

function mostOf({ maxMessageSize }: { readonly maxMessageSize: number }): number {
  return Math.max(1, Math.min(MOST, Math.floor(LARGEST / maxMessageSize)));
}

class PlainSource implements Source {
  readonly #queue: MessageQueue;
  readonly #untilEmpty: boolean;
  readonly #left: Message[] = [];
  #last: readonly Message[] = [];

  constructor(queue: MessageQueue, untilEmpty: boolean) {
    this.#queue = queue;
    this.#untilEmpty = untilEmpty;
  }

  async next(most: number, timeout: number | undefined): Promise<readonly Message[]> {
    const options = { timeout: this.#untilEmpty ? 0 : timeout, signal: interrupted() };
    try {
      this.#last = await this.#queue.receiveMany(Math.min(most, mostOf(this.#queue)), options);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ETIMEDOUT') return [];
      // A message that was on its way when the wait was given up.
      this.#last = interrupted().aborted ? await this.#queue.close() : [];
      if (this.#last.length === 0) throw error;
    }
    return this.#last;
  }

  async printed(count: number): Promise<void> {
    if (count < this.#last.length) this.#left.push(...this.#last.slice(count));
  }

  async close(): Promise<void> {
    await putBack(this.#queue.name, [...this.#left, ...(await this.#queue.close())]);
  }
}

/** Of messages that come again, to another receiver, where this process dies before they are printed. */
class LeasedSource implements Source {
  readonly #receiver: Receiver;
  readonly #most: number;
  readonly #watched: MessageQueue | undefined;
  readonly #ending = new Limit(undefined);
  #asked = 0;
  #arrived: Delivery[] = [];
  #batch: readonly Delivery[] = [];
  #failure: unknown;
  #wake: (() => void) | undefined;

  /**
   * @param most - how many may be in hand
   * @param watched - tells when the queue is empty, where that is to be the end
   */
  constructor(receiver: Receiver, most: number, watched: MessageQueue | undefined) {
    this.#receiver = receiver;
    this.#most = most;
    this.#watched = watched;
    setMaxListeners(MOST, this.#ending.signal);
  }

  async next(most: number, timeout: number | undefined): Promise<readonly Message[]> {
    this.#ask(Math.min(most, this.#most));
    if (this.#arrived.length === 0 && this.#failure === undefined) await this.#change(timeout);
    this.#batch = this.#arrived;
    this.#arrived = [];
    if (this.#batch.length === 0 && this.#failure !== undefined) throw this.#failure as Error;
    return this.#batch.map(({ body, priority }) => new Message(body, priority));
  }

  async printed(count: number): Promise<void> {
    await Promise.all(this.#batch.map((each, index) => (index < count ? each.ack() : each.nack())));
  }

  async close(): Promise<void> {
    this.#ending.end();
    while (this.#asked > 0) await this.#change(undefined);
    await Promise.all(this.#arrived.map((each) => each.nack()));
    await this.#receiver.close();
    await this.#watched?.close();
  }

  /** For so many that are not printed yet. */
  #ask(count: number): void {
    while (this.#asked + this.#arrived.length < count && this.#failure === undefined) {
      this.#asked += 1;
      this.#receiver.next(this.#ending.signal).then(
        (delivery) => {
          this.#arrived.push(delivery);
          this.#answered();
        },
        (error: unknown) => {
          this.#failure ??= error;
          this.#answered();
        },
      );
    }
  }

  #answered(): void {
    this.#asked -= 1;
    this.#wake?.();
  }

  /** Resolves at an answer; at the end of this time, or where the queue is empty, too. */
  async #change(timeout: number | undefined): Promise<void> {
    using limit = new Limit(timeout);
    const ofQueue = (): void => {
      // One that was taken over from another process is on its way in this turn.
      setImmediate(limit.end);
    };
    this.#watched?.on('empty', ofQueue);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      limit.signal.addEventListener('abort', () => {
        // What is asked for is answered with its end.
        if (limit.isOver) resolve();
      });
    });
    this.#watched?.off('empty', ofQueue);
  }
}
