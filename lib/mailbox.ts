import { Message } from './message.js';
import { native, type NativeQueue } from './native.js';

// How the addon lays out a mailbox, see addon/mailbox.h.
const MOST_MESSAGES = 512;
const HEADER_BYTES = MOST_MESSAGES * 8;

/** Bytes, priority, bytes, priority, and so on. */
export type OutgoingMessages = (Uint8Array | number)[];

/** What messages come out of the addon in, and go into it: its content is good for one call only. */
class Mailbox {
  readonly #buffer: () => ArrayBuffer;
  protected headers!: Uint32Array;
  protected bytes!: Uint8Array;

  constructor(buffer: () => ArrayBuffer) {
    this.#buffer = buffer;
    this.renew();
  }

  /** After a queue was opened: there may be a larger one. */
  renew(): void {
    const buffer = this.#buffer();
    if ((this.headers as Uint32Array | undefined)?.buffer === buffer) return;
    this.headers = new Uint32Array(buffer, 0, MOST_MESSAGES * 2);
    this.bytes = new Uint8Array(buffer, HEADER_BYTES);
  }
}

class Inbox extends Mailbox {
  /** The `count` messages that the call on `queue` has just brought. */
  take(queue: NativeQueue, count: number): Message[] {
    const messages: Message[] = [];
    let offset = 0;
    try {
      for (let index = 0; index < count; index += 1) {
        messages.push(this.#read(index, offset));
        offset += this.headers[index * 2] as number;
      }
    } catch (error) {
      // No memory for another Buffer: what has none goes back to where it came from.
      queue.returnFrom(messages.length);
      if (messages.length === 0) throw error;
    }
    return messages;
  }

  /** As `take`, where it can only be one. */
  takeOne(queue: NativeQueue): Message {
    try {
      return this.#read(0, 0);
    } catch (error) {
      queue.returnFrom(0);
      throw error;
    }
  }

  #read(index: number, offset: number): Message {
    const size = this.headers[index * 2] as number;
    // From Node's pool where it is small: much less to allocate, and no more kept alive than by any
    // small Buffer.
    const data = Buffer.allocUnsafe(size);
    data.set(this.bytes.subarray(offset, offset + size));
    return new Message(data, this.headers[index * 2 + 1]);
  }
}

class Outbox extends Mailbox {
  putOne(data: Uint8Array, priority: number): void {
    this.headers[0] = data.byteLength;
    this.headers[1] = priority;
    this.bytes.set(data);
  }

  /** From message number `first` on, as many as there is room for: how many, at least one. */
  put(messages: OutgoingMessages, first: number): number {
    let count = 0;
    let offset = 0;
    for (let index = first * 2; index < messages.length && count < MOST_MESSAGES; index += 2) {
      const data = messages[index] as Uint8Array;
      if (offset + data.byteLength > this.bytes.byteLength) break;
      this.bytes.set(data, offset);
      this.headers[count * 2] = data.byteLength;
      this.headers[count * 2 + 1] = messages[index + 1] as number;
      offset += data.byteLength;
      count += 1;
    }
    return count;
  }
}

export const inbox: Inbox = new Inbox(() => native.inbox());
export const outbox: Outbox = new Outbox(() => native.outbox());

/** After a queue was opened. */
export function renewMailboxes(): void {
  inbox.renew();
  outbox.renew();
}
