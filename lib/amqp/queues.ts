import type { Channel, Options } from 'amqplib';
import { randomInt } from 'node:crypto';
import { constants } from 'node:os';
import { brokerError, otherArgumentsError, systemError } from '../base/errors.js';
import type { QueueStatus, ReceiverOptions } from '../transport/transport.js';
import type { Link } from './link.js';
import { isLost, pause } from './lost.js';
import type { Manner } from './message.js';

const { ENOENT, EEXIST } = constants.errno;
const MAX_MESSAGES = 10;
const MAX_MESSAGE_SIZE = 8192;

/** Replies of the broker, see the specification of AMQP 0-9-1, section 1.2. */
const NOT_FOUND = 404;
const LOCKED = 405;
const OTHER_ARGUMENTS = 406;

/**
 * A limit far beyond all others, another one each time: AMQP knows no O_EXCL, but it refuses to declare a queue again with
 * another argument.
 */
const NONCE = 'x-max-length-bytes';

function nonce(): number {
  return 2 ** 45 + randomInt(2 ** 40);
}

function isOther(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === OTHER_ARGUMENTS;
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
    const { create = false, exclusive = false, maxMessages, maxMessageSize } = options;
    const sizes = {
      maxMessages: maxMessages ?? this.sizesOf(name).maxMessages,
      maxMessageSize: maxMessageSize ?? this.sizesOf(name).maxMessageSize,
    };
    // Of a private one the connection is the receiver's, which makes it.
    const isMade = create && !(exclusive && options.private === true);
    if (isMade) await this.#declare(name, sizes, exclusive);
    else if (!create) await this.stat(name);
    if (create || maxMessageSize !== undefined) this.#sizes.set(name, sizes);
  }

  /** Where it has to be made by who uses it: one that goes with its connection, and one that went with the broker. */
  async prepare(
    channel: Channel,
    name: string,
    options: ReceiverOptions,
    isFirst: boolean,
  ): Promise<void> {
    const isPrivate = options.private === true;
    const isGone = !isFirst && options.create === true && !this.#manner.durable;
    if (!isPrivate && !isGone) return;
    await channel.assertQueue(name, this.#argumentsFor(this.sizesOf(name), isPrivate));
  }

  async stat(name: string): Promise<QueueStatus> {
    const messages = await this.#within(name, async (channel) => {
      const { messageCount } = await channel.checkQueue(name);
      return messageCount;
    });
    if (messages === undefined) throw systemError(-ENOENT, 'mq_open', name);
    return { messages, ...this.sizesOf(name) };
  }

  async unlink(name: string): Promise<void> {
    if (!(await this.#exists(name))) throw systemError(-ENOENT, 'mq_unlink', name);
    await this.#within(name, async (channel) => channel.deleteQueue(name));
    this.#sizes.delete(name);
  }

  async #exists(name: string): Promise<boolean> {
    return (await this.#within(name, async (channel) => channel.checkQueue(name))) !== undefined;
  }

  async #declare(name: string, sizes: Sizes, exclusive: boolean): Promise<void> {
    const options = this.#argumentsFor(sizes, false);
    if (exclusive) options.arguments[NONCE] = nonce();
    try {
      await this.#within(name, async (channel) => channel.assertQueue(name, options));
    } catch (error) {
      const { cause } = error as { cause?: unknown };
      if (!isOther(cause)) throw error;
      if (exclusive) throw systemError(-EEXIST, 'mq_open', name);
      // Made by somebody who had to be the first: but for that it is as it should be.
      if (!String((cause as Error).message).includes(`'${NONCE}'`)) throw error;
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

  /** @returns undefined where there is no such queue */
  async #within<T>(name: string, call: (channel: Channel) => Promise<T>): Promise<T | undefined> {
    for (;;) {
      try {
        return await this.#once(name, call);
      } catch (error) {
        if (!isLost(error)) throw error;
        await pause();
      }
    }
  }

  async #once<T>(name: string, call: (channel: Channel) => Promise<T>): Promise<T | undefined> {
    const connection = await this.#link.ready(name);
    const channel = await connection.createChannel();
    // It is told by the call as well.
    channel.on('error', () => undefined);
    try {
      const result = await call(channel);
      await channel.close();
      return result;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === NOT_FOUND) return undefined;
      // It is another connection's own: so it exists.
      if (code === LOCKED) return { messageCount: 0 } as T;
      if (isOther(error)) throw otherArgumentsError(name, error);
      throw isLost(error) ? error : brokerError(name, error);
    }
  }
}
