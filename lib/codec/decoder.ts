import { decodeMessage, type AnyDecoding, type OnInvalid } from './codec.js';
import { raw } from './raw.js';
import { InvalidMessageError, unfit } from '../base/errors.js';
import type { Message } from '../base/message.js';
import type { DecodeOptions } from './options.js';

/** Turns the messages of one queue into the values that its consumer asked for. */
export class Decoder {
  readonly #queue: string;
  readonly #codec: AnyDecoding;
  readonly #withPriority: boolean;
  readonly #onInvalid: OnInvalid;

  readonly #nullEnds: boolean;

  /** @param nullEnds - whether a null would be taken for the end, so that none may come */
  constructor(queue: string, options: DecodeOptions<AnyDecoding, boolean>, nullEnds: boolean) {
    this.#queue = queue;
    this.#codec = options.codec ?? raw;
    this.#withPriority = options.withPriority ?? false;
    this.#onInvalid = options.onInvalid ?? 'error';
    this.#nullEnds = nullEnds;
  }

  /** @throws InvalidMessageError */
  decode(message: Message): unknown {
    const value = decodeMessage(this.#codec, message, this.#queue);
    if (this.#withPriority) return { value, priority: message.priority };
    if (value !== null || !this.#nullEnds) return value;
    const cause = unfit('null would end the stream: use withPriority to carry it');
    throw new InvalidMessageError(message, this.#queue, cause);
  }

  /**
   * Tells `onInvalid` what `decode` threw.
   *
   * @throws it, where that is to end the consumer; or what `onInvalid` throws
   */
  tellInvalid(error: unknown): void {
    if (this.#onInvalid === 'error' || !(error instanceof InvalidMessageError)) throw error;
    this.#onInvalid(error.received, error);
  }
}
