import { lastingController } from '../base/abort-listener.js';
import { codeOf } from '../base/code-of.js';
import { clearInterval, setInterval } from '../base/timers.js';
import { withDeadline } from '../service/deadline.js';
import { orAbort } from '../service/or-abort.js';
import type { Sender, Transport } from '../transport/transport.js';
import type { Packed } from './wire/wire.js';

/** Milliseconds after which a queue that nobody was answered in is closed. */
const IDLE = 1000;
/** How many are open at one time, besides those that are being sent to. */
const MOST = 256;

/** Of a host that has ended, or was never one of ours. */
const GONE = new Set<unknown>(['ENOENT', 'EACCES', 'EPERM', 'ERR_MQ_UNTRUSTED_OWNER']);
/** Of a host that takes no replies, or that ended meanwhile. */
const NOT_TAKEN = new Set<unknown>(['ETIMEDOUT', 'ERR_MQ_CLOSED']);

/** How to send one reply. */
export interface ReplyProperties {
  readonly priority: number;
  /** Milliseconds to wait for room. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** One host's queue. */
class ReplyQueue {
  readonly name: string;
  readonly #transport: Transport;
  readonly #closing = lastingController();
  #opening: Promise<Sender> | undefined;
  #sender: Sender | undefined;
  #sending = 0;
  #idle = false;
  #gone = false;
  /** Whether its last reply found no room: the next ones do not wait for some, each as long. */
  #stuck = false;

  constructor(name: string, transport: Transport) {
    this.name = name;
    this.#transport = transport;
  }

  get busy(): boolean {
    return this.#sending > 0;
  }

  /** Whether its host has ended. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Whether nobody was answered since this was asked last. */
  get idle(): boolean {
    const was = this.#idle;
    this.#idle = true;
    return was;
  }

  /** False where there is no room, or it is not open. */
  trySend({ body, properties }: Packed, priority: number): boolean {
    if (this.#gone || properties !== undefined) return false;
    if (this.#sender?.trySend?.(body, priority) !== true) return false;
    this.#idle = false;
    this.#stuck = false;
    return true;
  }

  /** False where the host takes no replies any more; rejects for one that it cannot take. */
  async send(reply: Packed, properties: ReplyProperties): Promise<boolean> {
    this.#sending += 1;
    try {
      const sender = this.#sender ?? (await orAbort(this.#open(), properties.signal, this.name));
      if (sender === undefined) this.#gone = true;
      if (sender === undefined || this.#gone) return false;
      if (this.trySend(reply, properties.priority)) return true;
      return await this.#sendTo(sender, reply, properties);
    } finally {
      this.#sending -= 1;
      this.#idle = false;
    }
  }

  /** What is still being sent there is not taken. */
  async close(): Promise<void> {
    this.#closing.abort();
    const sender = await this.#opening?.catch(() => undefined);
    // All that there was to send was sent, or given up.
    await sender?.close().catch(() => undefined);
  }

  async #open(): Promise<Sender | undefined> {
    const { signal } = this.#closing;
    const options = { create: false, follow: false, signal };
    this.#opening ??= this.#transport.openSender(this.name, options);
    try {
      const sender = await this.#opening;
      // A queue outlives its name for as long as somebody has it open. To look before each reply takes as long as the rest.
      if (this.#sender === undefined) {
        sender.watch?.({ unlinked: () => void this.#lost(), reopened: () => undefined });
      }
      this.#sender = sender;
      return sender;
    } catch (error) {
      if (GONE.has(codeOf(error))) return undefined;
      throw error;
    }
  }

  /** Nobody reads what waits for room there, nor what comes. */
  async #lost(): Promise<void> {
    this.#gone = true;
    await this.close();
  }

  async #sendTo(
    sender: Sender,
    { body, properties }: Packed,
    { priority, timeout, signal }: ReplyProperties,
  ): Promise<boolean> {
    const limits = { timeout: this.#stuck ? 0 : timeout, signal };
    try {
      await withDeadline(this.name, 'mq_timedsend', limits, (either) =>
        sender.send(body, { ...properties, priority, signal: either }),
      );
      this.#stuck = false;
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (!NOT_TAKEN.has(code)) throw error;
      this.#stuck ||= code === 'ETIMEDOUT';
      return false;
    }
  }
}

/**
 * The queues of the hosts that a worker answers, open for as long as they are used: to open one takes longer than
 * to answer. They are never created, because nobody would read what is sent to a host that is gone.
 */
export class ReplyQueues {
  readonly #transport: Transport;
  readonly #queues = new Map<string, ReplyQueue>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Sends at once, or does nothing and is false: then `send` has to. */
  trySend(name: string, reply: Packed, priority: number): boolean {
    return this.#queues.get(name)?.trySend(reply, priority) === true;
  }

  /** False where nobody takes it; rejects with `EMSGSIZE` for a reply that is too large, for example. */
  async send(name: string, reply: Packed, properties: ReplyProperties): Promise<boolean> {
    const queue = this.#queues.get(name) ?? this.#add(name);
    try {
      const taken = await queue.send(reply, properties);
      if (queue.gone) await this.#remove(queue);
      return taken;
    } catch (error) {
      // With another one the next reply may have better luck.
      if (codeOf(error) !== 'EMSGSIZE') await this.#remove(queue);
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => this.#remove(queue)));
  }

  #add(name: string): ReplyQueue {
    for (const old of this.#queues.values()) {
      if (this.#queues.size < MOST) break;
      if (!old.busy) void this.#remove(old);
    }
    const queue = new ReplyQueue(name, this.#transport);
    this.#queues.set(name, queue);
    this.#sweeper ??= setInterval(() => {
      this.#sweep();
    }, IDLE).unref();
    return queue;
  }

  async #remove(queue: ReplyQueue): Promise<void> {
    if (this.#queues.get(queue.name) === queue) this.#queues.delete(queue.name);
    if (this.#queues.size === 0) {
      clearInterval(this.#sweeper);
      this.#sweeper = undefined;
    }
    await queue.close();
  }

  /** What a host that has ended had in its queue takes up the user's memory for queues until it is closed here. */
  #sweep(): void {
    for (const queue of this.#queues.values()) {
      if (!queue.busy && queue.idle) void this.#remove(queue);
    }
  }
}
