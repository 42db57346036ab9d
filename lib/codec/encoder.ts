import {
  encodeMessage,
  encodeValue,
  type AnyEncoding,
  type EncodingCodec,
  type WithPriority,
} from './codec.js';
import { raw } from './raw.js';
import { encodeError, invalidBody } from '../base/errors.js';
import type { OutgoingMessages } from '../native/mailbox.js';
import { Message } from '../base/message.js';
import { isPriority } from '../base/options.js';
import type { EncodeOptions } from './options.js';

/** A value, and how it stands for bytes if it is a string: as a Writable is given them. */
export interface Chunk {
  readonly chunk: unknown;
  readonly encoding: BufferEncoding;
}

/** The messages of some values. */
export interface Encoded {
  /** Those before the first value that has none. */
  readonly messages: OutgoingMessages;
  /** What is wrong with that value: null where all have one. */
  readonly error: Error | null;
}

/** The queue that the messages are for. */
export interface Destination {
  readonly name: string;
  /** @throws MessageQueueError with code `EMSGSIZE` */
  checkSize(bytes: Uint8Array): void;
}

/** Turns the values of one producer into messages for its queue. */
export class Encoder {
  readonly #queue: Destination;
  readonly #codec: EncodingCodec<unknown>;
  readonly #withPriority: boolean;
  readonly #priority: number | ((value: never) => number);

  constructor(queue: Destination, options: EncodeOptions<AnyEncoding, boolean>) {
    this.#queue = queue;
    this.#codec = (options.codec ?? raw) as EncodingCodec<unknown>;
    this.#withPriority = options.withPriority ?? false;
    this.#priority = options.priority ?? 0;
  }

  /** In order, up to the first value that cannot be sent. */
  encodeAll(chunks: readonly Chunk[]): Encoded {
    const messages: OutgoingMessages = [];
    try {
      for (const { chunk, encoding } of chunks) {
        const [bytes, priority] = this.encode(chunk, encoding);
        messages.push(bytes, priority);
      }
      return { messages, error: null };
    } catch (error) {
      return { messages, error: error as Error };
    }
  }

  /**
   * One message.
   *
   * @throws MessageQueueError with code `ERR_MQ_ENCODE` or `EMSGSIZE`
   */
  encode(value: unknown, encoding: BufferEncoding): [bytes: Uint8Array, priority: number] {
    const message = this.#encode(value, encoding);
    this.#queue.checkSize(message[0]);
    return message;
  }

  #encode(given: unknown, encoding: BufferEncoding): [bytes: Uint8Array, priority: number] {
    if (given instanceof Message) return encodeMessage(given, this.#queue.name);
    if (!this.#withPriority) return [this.#bytes(given, encoding), this.#priorityOf(given)];
    const pair = given as Partial<WithPriority<unknown>> | null;
    if (typeof pair !== 'object' || pair === null || !('value' in pair)) {
      const error = invalidBody('value', 'a Message or { value, priority } (withPriority)', given);
      throw encodeError(this.#queue.name, error.message, error);
    }
    const priority = this.#checked(pair.priority ?? this.#priorityOf(pair.value));
    return [this.#bytes(pair.value, encoding), priority];
  }

  #bytes(value: unknown, encoding: BufferEncoding): Uint8Array {
    if (encoding !== 'utf8' && typeof value === 'string' && this.#codec === raw) {
      return Buffer.from(value, encoding);
    }
    return encodeValue(this.#codec, value, this.#queue.name);
  }

  #priorityOf(value: unknown): number {
    if (typeof this.#priority === 'number') return this.#priority;
    return this.#checked(this.#priority(value as never));
  }

  #checked(priority: number): number {
    try {
      isPriority('priority', priority);
    } catch (error) {
      throw encodeError(this.#queue.name, (error as Error).message, error);
    }
    return priority;
  }
}
