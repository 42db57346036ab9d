import type { Channel, Options } from 'amqplib';
import { randomInt } from 'node:crypto';
import { constants } from 'node:os';
import { missingQueueError, systemError } from '../base/errors.js';
import type { QueueStatus, ReceiverOptions } from '../transport/transport.js';
import type { Link } from './link.js';
import { failureOf, isLocked, isLost, isOther, pause } from './lost.js';
import type { Manner } from './message.js';

const OPEN = 'mq_open';
const UNLINK = 'mq_unlink';
const MAX_MESSAGES = 10;
const MAX_MESSAGE_SIZE = 8192;

/**
 * A limit far beyond all others, another one each time: AMQP knows no O_EXCL, but it refuses to declare a queue again with
 * another argument.
 */
const NONCE = 'x-max-length-bytes';

function nonce(): number {
  return 2 ** 45 + randomInt(2 ** 40);
}

function existsError(name: string): Error {
  return systemError(-constants.errno.EEXIST, OPEN, name);
}

interface Declaration extends Options.AssertQueue {
  arguments: Record<string, string | number>;
}

type Sizes = Pick<QueueStatus, 'maxMessages' | 'maxMessageSize'>;

/** Makes queues, and asks for them. Each in a channel of its own: the broker closes one for every failure. */
export class Queues {
  readonly #link: Link;
  readonly #manner: Manner;
  /** The broker does not tell how a queue was made. */
  readonly #sizes = new Map<string, Sizes>();
  /** Those that go with the connection. */
  readonly #own = new Set<string>();

  constructor(link: Link, manner: Manner) {
    this.#link = link;
    this.#manner = manner;
  }

  /** As far as they are known here. */
  sizesOf(name: string): Sizes {
    return this.#sizes.get(name) ?? { maxMessages: MAX_MESSAGES, maxMessageSize: MAX_MESSAGE_SIZE };
  }

  /** Bytes of the largest message, where that was said here; of a queue of somebody else who made it has to know. */
  knownSizeOf(name: string): number {
    return this.#sizes.get(name)?.maxMessageSize ?? Infinity;
  }

  /** Has it be there. Rejects with `ENOENT`, or with `EEXIST`. */
  async open(name: string, options: ReceiverOptions): Promise<void> {
    const { create = false, exclusive = false, maxMessages, maxMessageSize, signal } = options;
    const sizes = {
      maxMessages: maxMessages ?? this.sizesOf(name).maxMessages,
      maxMessageSize: maxMessageSize ?? this.sizesOf(name).maxMessageSize,
    };
    if (!create) await this.#count(name, OPEN, signal);
    // A private one its receiver makes, in a channel that it keeps.
    else if (options.private !== true) await this.#declare(name, sizes, exclusive, signal);
    if (create || maxMessageSize !== undefined) this.#sizes.set(name, sizes);
  }

  /** Of a private one, which the connection would let this process make as often as it likes. Throws `EEXIST`. */
  reserve(name: string): void {
    if (this.#own.has(name)) throw existsError(name);
    this.#own.add(name);
  }

  release(name: string): void {
    this.#own.delete(name);
  }

  /** Where it has to be made by who uses it: one that goes with its connection, and one that went with the broker. */
  async prepare(
    channel: Channel,
    name: string,
    options: ReceiverOptions,
    isFirst: boolean,
  ): Promise<void> {
    if (options.create !== true) return;
    const isPrivate = options.private === true;
    if (isPrivate) await this.#makeOwn(channel, name, isFirst && options.exclusive === true);
    else if (!isFirst && !this.#manner.durable) {
      await channel.assertQueue(name, this.#argumentsFor(this.sizesOf(name), false));
    }
  }

  async stat(name: string): Promise<QueueStatus> {
    return { messages: await this.#count(name, OPEN), ...this.sizesOf(name) };
  }

  async unlink(name: string): Promise<void> {
    if (this.#own.delete(name)) await this.#unlinkOwn(name);
    else {
      await this.#count(name, UNLINK);
      await this.#within(name, UNLINK, async (channel) => channel.deleteQueue(name));
    }
    this.#sizes.delete(name);
  }

  /** How many messages are ready there. */
  async #count(name: string, syscall: string, signal?: AbortSignal): Promise<number> {
    const check = async (channel: Channel): Promise<number> =>
      (await channel.checkQueue(name)).messageCount;
    try {
      return await this.#within(name, syscall, check, signal);
    } catch (error) {
      // It is another connection's own: so it exists.
      if (isLocked(error)) return 0;
      throw error;
    }
  }

  async #declare(
    name: string,
    sizes: Sizes,
    exclusive: boolean,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const options = this.#argumentsFor(sizes, false);
    if (exclusive) options.arguments[NONCE] = nonce();
    try {
      await this.#within(name, OPEN, async (channel) => channel.assertQueue(name, options), signal);
    } catch (error) {
      const isThere = isOther(error) || isLocked(error);
      if (isThere && exclusive) throw existsError(name);
      // Another connection's own can be sent to.
      if (isLocked(error)) return;
      // Made by somebody who had to be the first: but for that it is as it should be.
      if (!isOther(error) || !(error as Error).message.includes(`'${NONCE}'`)) throw error;
    }
  }

  async #makeOwn(channel: Channel, name: string, exclusive: boolean): Promise<void> {
    // It was unlinked.
    if (!this.#own.has(name)) throw missingQueueError(name, OPEN);
    try {
      await channel.assertQueue(name, this.#argumentsFor(this.sizesOf(name), true));
    } catch (error) {
      if (isLost(error)) throw error;
      const failure = failureOf(error, name, OPEN);
      throw exclusive && (isOther(failure) || isLocked(failure)) ? existsError(name) : failure;
    }
  }

  /** Where the connection is lost it is gone, or will be once the broker has noticed that. */
  async #unlinkOwn(name: string): Promise<void> {
    if (this.#link.state === 'connecting') return;
    try {
      await this.#once(name, UNLINK, async (channel) => channel.deleteQueue(name));
    } catch (error) {
      if (!isLost(error) && !isLocked(error)) throw error;
    }
  }

  /** In one place: the broker compares them all with those of the queue that is there. */
  #argumentsFor({ maxMessages }: Sizes, isPrivate: boolean): Declaration {
    const { priorityLevels, durable } = this.#manner;
    return {
      durable: durable && !isPrivate,
      exclusive: isPrivate,
      autoDelete: false,
      arguments: {
        'x-queue-type': 'classic',
        'x-max-length': maxMessages,
        'x-overflow': 'reject-publish',
        'x-max-priority': priorityLevels,
      },
    };
  }

  async #within<T>(
    name: string,
    syscall: string,
    call: (channel: Channel) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    for (;;) {
      try {
        return await this.#once(name, syscall, call, signal);
      } catch (error) {
        if (!isLost(error)) throw error;
        await pause();
      }
    }
  }

  async #once<T>(
    name: string,
    syscall: string,
    call: (channel: Channel) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const connection = await this.#link.ready(name, signal);
    const channel = await connection.createChannel();
    // It is told by the call as well.
    channel.on('error', () => undefined);
    try {
      const result = await call(channel);
      await channel.close();
      return result;
    } catch (error) {
      throw isLost(error) ? error : failureOf(error, name, syscall);
    }
  }
}
