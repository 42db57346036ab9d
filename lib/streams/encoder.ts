import {
  encodeMessage,
  encodeValue,
  raw,
  type AnyCodec,
  type Codec,
  type WithPriority,
} from '../codec.js';
import { encodeError, invalidBody } from '../errors.js';
import { Message } from '../message.js';
import { isPriority } from '../options.js';
import type { QueueCore } from '../queue/core.js';
import { checkSize } from '../queue/send.js';
import type { EncodeOptions } from './options.js';

/** Turns the values of one producer into messages for its queue. */
export class Encoder {
  readonly #core: QueueCore;
  readonly #codec: Codec<unknown, unknown>;
  readonly #withPriority: boolean;
  readonly #priority: number | ((value: never) => number);

  constructor(core: QueueCore, options: EncodeOptions<AnyCodec, boolean>) {
    this.#core = core;
    this.#codec = (options.codec ?? raw) as Codec<unknown, unknown>;
    this.#withPriority = options.withPriority ?? false;
    this.#priority = options.priority ?? 0;
  }

  /**
   * Every value, before the first of them is sent.
   *
   * @returns bytes, priority, bytes, priority, and so on
   * @throws MessageQueueError with code `ERR_MQ_ENCODE` or `EMSGSIZE`
   */
  encode(values: readonly unknown[]): (Uint8Array | number)[] {
    const messages: (Uint8Array | number)[] = [];
    for (const value of values) {
      const [bytes, priority] = this.#encode(value);
      checkSize(this.#core, bytes);
      messages.push(bytes, priority);
    }
    return messages;
  }

  #encode(given: unknown): [bytes: Uint8Array, priority: number] {
    if (given instanceof Message) return encodeMessage(given, this.#core.name);
    if (!this.#withPriority) return [this.#bytes(given), this.#priorityOf(given)];
    const pair = given as Partial<WithPriority<unknown>> | null;
    if (typeof pair !== 'object' || pair === null || !('value' in pair)) {
      const error = invalidBody('value', 'a Message or { value, priority } (withPriority)', given);
      throw encodeError(this.#core.name, error.message, error);
    }
    const priority = this.#checked(pair.priority ?? this.#priorityOf(pair.value));
    return [this.#bytes(pair.value), priority];
  }

  #bytes(value: unknown): Uint8Array {
    return encodeValue(this.#codec, value, this.#core.name);
  }

  #priorityOf(value: unknown): number {
    if (typeof this.#priority === 'number') return this.#priority;
    return this.#checked(this.#priority(value as never));
  }

  #checked(priority: number): number {
    try {
      isPriority('priority', priority);
    } catch (error) {
      throw encodeError(this.#core.name, (error as Error).message, error);
    }
    return priority;
  }
}
