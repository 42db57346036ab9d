import { systemError } from '../base/errors.js';
import type { NativeQueue } from './binding.js';

/** The sizes of a queue, which are those of another one once it was opened anew. */
export class QueueSizes {
  readonly #name: string;
  readonly #native: NativeQueue;
  #maxMessages = 0;
  #maxMessageSize = 0;

  /** @throws MessageQueueError when they cannot be read */
  constructor(name: string, native: NativeQueue) {
    this.#name = name;
    this.#native = native;
    this.read();
  }

  get maxMessages(): number {
    return this.#maxMessages;
  }

  get maxMessageSize(): number {
    return this.#maxMessageSize;
  }

  read(): void {
    const attributes = this.#native.attributes();
    if (typeof attributes === 'number') throw systemError(attributes, 'mq_getattr', this.#name);
    [this.#maxMessages, this.#maxMessageSize] = attributes;
  }
}
