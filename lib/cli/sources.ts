import { Message, MessageQueue } from '../index.js';
import { PosixTransport, type Delivery, type Receiver } from '../service.js';
import { interrupted } from './interruption.js';
import { Limit } from './limit.js';
import { putBack } from './put-back.js';

/** Few enough to go back. */
const MOST = 64;

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
  if (!ack) return new PlainSource(MessageQueue.open(name, { access: 'read' }), untilEmpty);
  const receiver = await new PosixTransport().openReceiver(name, { redelivery: true });
  const watched = untilEmpty ? MessageQueue.open(name, { access: 'read' }) : undefined;
  return new LeasedSource(receiver, watched);
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
      this.#last = await this.#queue.receiveMany(Math.min(most, MOST), options);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ETIMEDOUT') throw error;
      this.#last = [];
    }
    return this.#last;
  }

  async printed(count: number): Promise<void> {
    if (count < this.#last.length) this.#left.push(...this.#last.slice(count));
  }

  async close(): Promise<void> {
    // A message that was on its way when the wait was given up is among them.
    const late = await this.#queue.close();
    await putBack(this.#queue.name, [...this.#left, ...late]);
  }
}

/** Of messages that come again, to another receiver, where this process dies before they are printed. */
class LeasedSource implements Source {
  readonly #receiver: Receiver;
  readonly #watched: MessageQueue | undefined;
  #last: Delivery | undefined;

  /** @param watched - tells when the queue is empty, where that is to be the end */
  constructor(receiver: Receiver, watched: MessageQueue | undefined) {
    this.#receiver = receiver;
    this.#watched = watched;
  }

  async next(_most: number, timeout: number | undefined): Promise<readonly Message[]> {
    using limit = new Limit(timeout);
    this.#watched?.on('empty', limit.end);
    try {
      this.#last = await this.#receiver.next(limit.signal);
    } catch (error) {
      if (limit.isOver) return [];
      throw error;
    } finally {
      this.#watched?.off('empty', limit.end);
    }
    return [new Message(this.#last.body, this.#last.priority)];
  }

  async printed(count: number): Promise<void> {
    await (count === 1 ? this.#last?.ack() : this.#last?.nack());
  }

  async close(): Promise<void> {
    await this.#receiver.close();
    await this.#watched?.close();
  }
}
