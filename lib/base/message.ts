import { brand } from './brand.js';
import { decodeJson } from './strict-json.js';

let sequenceOf: (message: Message) => number;

/** One message of a queue: its bytes and its priority. */
export class Message {
  /** The bytes, exactly as they were sent. May be empty. */
  readonly data: Buffer;
  /** 0 to 32767; the kernel hands out the highest first. */
  readonly priority: number;
  readonly #sequence: number;

  static #taken = 0;

  /**
   * @param data - the bytes; not copied
   * @param priority - 0 to 32767
   */
  constructor(data: Buffer, priority = 0) {
    this.data = data;
    this.priority = priority;
    this.#sequence = Message.#taken++;
  }

  /** The bytes as UTF-8. An invalid sequence becomes U+FFFD; the codec `text` refuses it instead. */
  text(): string {
    return this.data.toString('utf8');
  }

  /**
   * The bytes parsed as JSON, as strictly as the codec `json`. The error quotes nothing of them.
   *
   * @throws SyntaxError when they are none, or have a key `__proto__`; TypeError when they are no UTF-8
   */
  json<T = unknown>(): T {
    return decodeJson(this.data) as T;
  }

  static {
    sequenceOf = (message) => message.#sequence;
    brand(this);
  }
}

/**
 * For `sort`: the order in which the kernel would hand out both, given that they were taken from it
 * in the order in which they were made.
 *
 * @internal
 */
export function byKernelOrder(a: Message, b: Message): number {
  return b.priority - a.priority || sequenceOf(a) - sequenceOf(b);
}
