import type { Channel, ConsumeMessage } from 'amqplib';
import { AbortListener } from '../base/abort-listener.js';
import { AbortError, closedError, lostLinkError, missingQueueError } from '../base/errors.js';
import { Line } from '../base/line.js';
import type { Delivery, NameListener, Receiver } from '../transport/transport.js';
import { AmqpDelivery } from './delivery.js';
import type { Link } from './link.js';
import { received, type Received } from './message.js';
import { failureOf, isLocked, isLost, pause } from './lost.js';
import type { AmqpSender } from './sender.js';

const SYSCALL = 'mq_timedreceive';
/** Milliseconds until it is looked whether somebody has made the queue anew, or has ended. */
const LOOK_AGAIN = 250;
/** Milliseconds to give back what nobody took. */
const GIVE_BACK = 500;

/** What a receiver needs of its transport. */
export interface ReceiverHome {
  readonly link: Link;
  readonly redelivery: boolean;
  /** Whether it goes on with another queue that gets the name. */
  readonly follows: boolean;
  /** Whether the queue is this connection's own. */
  readonly isPrivate: boolean;
  /** How many messages are in hand at most. */
  readonly prefetch: number;
  /** Has the queue be there: it may be this receiver's own, or have gone with the broker. */
  readonly prepare: (channel: Channel, isFirst: boolean) => Promise<void>;
  /** For what is to be in the queue again. */
  readonly returns: () => AmqpSender;
  readonly closed: () => void;
}

interface Waiting {
  readonly resolve: (delivery: Delivery) => void;
  readonly reject: (error: Error) => void;
  listener?: AbortListener;
}

/** A message that came by one channel, which alone can acknowledge it. */
interface Arrived {
  readonly channel: Channel;
  readonly message: ConsumeMessage;
  readonly contents: Received;
}

/** Receives from one queue of a broker, and goes on when the link was lost. */
export class AmqpReceiver implements Receiver {
  readonly #name: string;
  readonly #home: ReceiverHome;
  readonly #waiting = new Line<Waiting>();
  readonly #arrived = new Line<Arrived>();
  #channel: Channel | undefined;
  #tag = '';
  /** What is being sent again in order to be counted. */
  readonly #counting = new Set<Promise<void>>();
  /** Who goes on when its channel ends: the call that began it, the end itself, or whoever has seen to it already. */
  #state: 'begins' | 'consumes' | 'ended' = 'ended';
  /** Of queues that were deleted: nothing of them comes again. */
  readonly #gone = new WeakSet<Channel>();
  #listener: NameListener | undefined;
  #failure: Error | undefined;
  #stopped: Promise<void> | undefined;
  #closed = false;

  constructor(name: string, home: ReceiverHome) {
    this.#name = name;
    this.#home = home;
  }

  watch(listener: NameListener): void {
    this.#listener = listener;
  }

  /** Whether it takes no more. */
  get #isOver(): boolean {
    return this.#closed || this.#stopped !== undefined;
  }

  /** How many messages it has that nobody took so far. */
  get untaken(): number {
    return this.#arrived.length;
  }

  /** Rejects where there is no such queue, or it is not to be had. */
  async begin(signal?: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#consume(true, signal);
        return;
      } catch (error) {
        if (!isLost(error)) throw error;
        await pause();
      }
    }
  }

  async #consume(isFirst: boolean, signal?: AbortSignal): Promise<void> {
    const connection = await this.#home.link.ready(this.#name, signal);
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    channel.on('close', () => {
      this.#lost(channel);
    });
    try {
      await this.#home.prepare(channel, isFirst);
      await channel.prefetch(this.#home.prefetch);
      this.#channel = channel;
      this.#state = 'begins';
      const { consumerTag } = await channel.consume(this.#name, (message) => {
        if (this.#channel !== channel) return;
        if (message === null) this.#cancelled();
        else this.#take(channel, message);
      });
      this.#tag = consumerTag;
    } catch (error) {
      if (this.#channel === channel) this.#channel = undefined;
      throw isLost(error) ? error : failureOf(error, this.#name, SYSCALL);
    }
    // Or messages would come, and lie here, for as long as the connection is another's too.
    if (this.#isOver) await channel.close();
    else if (this.#channel === channel) this.#state = 'consumes';
    // It was lost before this was heard.
    else if (this.#state === 'begins') void this.#consumeAgain();
  }

  next(signal?: AbortSignal): Promise<Delivery> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closedError(this.#name, SYSCALL);
      if (signal?.aborted === true) throw new AbortError(signal.reason, this.#name);
      if (this.#failure !== undefined) throw this.#failure;
      const waiting: Waiting = { resolve, reject };
      const place = this.#waiting.push(waiting);
      if (signal !== undefined) {
        waiting.listener = new AbortListener(signal, () => {
          this.#waiting.leave(place);
          reject(new AbortError(signal.reason, this.#name));
        });
      }
      this.#serve();
    });
  }

  stop(): Promise<void> {
    const channel = this.#channel;
    this.#stopped ??= channel === undefined ? Promise.resolve() : this.#giveBack(channel);
    return this.#stopped;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#rejectAll(closedError(this.#name, SYSCALL));
    const channel = this.#channel;
    if (this.#home.redelivery) await this.stop();
    this.#channel = undefined;
    // What was not acknowledged goes back into the queue by that.
    await channel?.close().catch(() => undefined);
    this.#home.closed();
  }

  /** What was handed out and nobody took. Where such are counted it would come again as one whose receiver died. */
  async #giveBack(channel: Channel): Promise<void> {
    const signal = AbortSignal.timeout(GIVE_BACK);
    try {
      // No more come after that.
      await channel.cancel(this.#tag);
      await Promise.all(this.#counting);
      for (let next = this.#arrived.shift(); next !== undefined; next = this.#arrived.shift()) {
        const { message, contents } = next;
        if (!this.#home.redelivery) channel.nack(message, false, true);
        else if (await this.#sendAgain(contents, signal)) channel.ack(message);
      }
    } catch {
      // The broker has it still.
    }
  }

  #sendAgain(
    { body, priority, attempts, properties }: Received,
    signal?: AbortSignal,
  ): Promise<boolean> {
    return this.#home.returns().tryResend(body, { ...properties, priority, signal }, attempts);
  }

  #take(channel: Channel, message: ConsumeMessage): void {
    const contents = received(message);
    if (!this.#home.redelivery || !message.fields.redelivered) {
      this.#arrived.push({ channel, message, contents });
      this.#serve();
      return;
    }
    const counted = this.#count({ channel, message, contents }).finally(() => {
      this.#counting.delete(counted);
    });
    this.#counting.add(counted);
  }

  /** The broker does not count: so it is sent again with what it is to be counted by, where there is room. */
  async #count({ channel, message, contents }: Arrived): Promise<void> {
    const counted = { ...contents, attempts: contents.attempts + 1 };
    const again = await this.#sendAgain(counted).catch(() => false);
    if (this.#channel !== channel) return;
    if (again) channel.ack(message);
    else {
      this.#arrived.push({ channel, message, contents: counted });
      this.#serve();
    }
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#arrived.length > 0) {
      const { resolve, listener } = this.#waiting.shift() as Waiting;
      listener?.remove();
      resolve(this.#deliver(this.#arrived.shift() as Arrived));
    }
  }

  #deliver({ channel, message, contents }: Arrived): Delivery {
    const { redelivery, returns } = this.#home;
    // At most once: the reader has it, whatever becomes of him. Not before: what nobody took stays in the queue.
    if (!redelivery) channel.ack(message);
    const { body, priority, properties } = contents;
    return new AmqpDelivery(redelivery ? contents : { ...contents, attempts: 0 }, {
      done: async () => {
        if (!redelivery) return;
        if (this.#closed) throw closedError(this.#name, SYSCALL);
        if (this.#gone.has(channel)) return;
        if (this.#channel !== channel) throw lostLinkError(this.#name);
        channel.ack(message);
      },
      back: async () => {
        // The broker has it in the queue again already.
        if (redelivery && this.#channel !== channel) throw lostLinkError(this.#name);
        await returns().resend(body, { ...properties, priority }, contents.attempts);
      },
    });
  }

  /** Somebody deleted the queue. */
  #cancelled(): void {
    const channel = this.#channel;
    this.#channel = undefined;
    this.#state = 'ended';
    while (this.#arrived.shift() !== undefined);
    if (channel !== undefined) {
      this.#gone.add(channel);
      channel.close().catch(() => undefined);
    }
    this.#listener?.unlinked();
    if (this.#home.follows) void this.#follow();
    else this.#fail(missingQueueError(this.#name, SYSCALL));
  }

  /** What it had and nobody took the broker has still. */
  #lost(channel: Channel): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    while (this.#arrived.shift() !== undefined);
    if (this.#state !== 'consumes') return;
    this.#state = 'ended';
    void this.#consumeAgain();
  }

  async #follow(): Promise<void> {
    if (await this.#consumeAgain()) this.#listener?.reopened();
  }

  /** Whether it does. */
  async #consumeAgain(): Promise<boolean> {
    while (!this.#isOver) {
      try {
        await this.#consume(false);
        return !this.#isOver;
      } catch (error) {
        // The link was lost once more, which it may be at any moment.
        if (this.#isOver) return false;
        const isMissing = (error as { code?: unknown }).code === 'ENOENT';
        if (isMissing && this.#home.follows) await pause(LOOK_AGAIN);
        // By the connection before, whose end the broker has not noticed.
        else if (isLocked(error) && this.#home.isPrivate) await pause(LOOK_AGAIN);
        else if (isLost(error)) await pause();
        else {
          this.#fail(error as Error);
          return false;
        }
      }
    }
    return false;
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#rejectAll(error);
  }

  #rejectAll(error: Error): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      next.listener?.remove();
      next.reject(error);
    }
  }
}
