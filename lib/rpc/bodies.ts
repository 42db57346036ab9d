import { decodeMessage, encodeValue, type Codec } from '../codec/codec.js';
import { Message } from '../base/message.js';

const NONE = new Uint8Array(0);

/** Values as the bodies of envelopes. No value, `undefined`, is an empty body with whatever codec. */
export class Bodies {
  readonly #codec: Codec<unknown, unknown>;
  readonly #queue: string;

  constructor(codec: Codec<unknown, unknown>, queue: string) {
    this.#codec = codec;
    this.#queue = queue;
  }

  /** @throws MessageQueueError with code `ERR_MQ_ENCODE` */
  encode(value: unknown): Uint8Array {
    return value === undefined ? NONE : encodeValue(this.#codec, value, this.#queue);
  }

  /** @throws InvalidMessageError */
  decode(body: Buffer, priority: number): unknown {
    if (body.length === 0) return this.#decodeEmpty(body);
    return decodeMessage(this.#codec, new Message(body, priority), this.#queue);
  }

  /** To some codecs that is a value, such as `''`. */
  #decodeEmpty(body: Buffer): unknown {
    try {
      return this.#codec.decode(body);
    } catch {
      return undefined;
    }
  }
}
