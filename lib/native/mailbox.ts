import { constants } from 'node:os';
import { markAsUntransferable } from 'node:worker_threads';
import { Message } from '../base/message.js';
import type { Facts, NativeQueue } from './binding.js';
import { facts } from './facts.js';
import { LeasedMessage } from './leased-message.js';
import { native } from './native.js';
import { Losses } from '../base/losses.js';
import { warnOfLosses } from '../base/warnings.js';

const { EAGAIN } = constants.errno;

// A message that is kept keeps alive those that came with it, up to this many bytes.
const LARGEST_SLAB = 32_768;

/** Bytes, priority, bytes, priority, and so on. */
export type OutgoingMessages = (Uint8Array | number)[];

/** What messages come out of the addon in, and go into it: its content is good for one call only. */
class Mailbox {
  readonly #buffer: () => ArrayBuffer;
  protected headers: Uint32Array = new Uint32Array();
  protected bytes: Uint8Array = new Uint8Array();
  /** How the addon lays it out. */
  protected layout: Facts['mailbox'] = facts().mailbox;

  constructor(buffer: () => ArrayBuffer) {
    this.#buffer = buffer;
  }

  /** Before each use: a larger one may be in its place, because of a queue that was opened by anyone. */
  protected ensure(): void {
    // At first there is nothing at all.
    if (this.headers[this.layout.outgrown] !== 0) this.renew();
  }

  protected renew(): void {
    const buffer = this.#buffer();
    this.layout = facts().mailbox;
    const { slots, mostMessages } = this.layout;
    this.headers = new Uint32Array(buffer, 0, slots + mostMessages);
    this.bytes = new Uint8Array(buffer, this.layout.headerBytes);
  }

  /** Where the message after one that ends at `offset` begins. */
  protected aligned(offset: number): number {
    const beyond = this.layout.alignment - 1;
    return (offset + beyond) & ~beyond;
  }
}

class Inbox extends Mailbox {
  /** The bytes of the first message: messages of one size need no new view of them. */
  #front: Uint8Array = new Uint8Array();

  protected override renew(): void {
    super.renew();
    this.#front = new Uint8Array();
  }

  /** The `count` messages that the call on `queue` has just brought; none where they went back meanwhile. */
  take(queue: NativeQueue, count: number): Message[] {
    const messages: Message[] = [];
    let offset = 0;
    this.ensure();
    if (this.headers[this.layout.taken] !== 0) return messages;
    this.headers[this.layout.taken] = 1;
    try {
      while (messages.length < count) offset = this.#takeSlab(messages, count, offset);
    } catch (error) {
      this.#giveUp(queue, messages.length, count);
      if (messages.length === 0) throw error;
    }
    return messages;
  }

  /** As `take`, where it can only be one. */
  takeOne(queue: NativeQueue): Message {
    this.ensure();
    const { headers } = this;
    headers[this.layout.taken] = 1;
    try {
      const size = headers[0] as number;
      const data = Buffer.allocUnsafe(size);
      if (this.#front.length !== size) this.#front = this.bytes.subarray(0, size);
      data.set(this.#front);
      return this.#make(data, 0);
    } catch (error) {
      this.#giveUp(queue, 0, 1);
      throw error;
    }
  }

  #make(data: Buffer, index: number): Message {
    const { headers } = this;
    const priority = headers[index * 2 + 1];
    const slot = headers[this.layout.slots + index] as number;
    return slot === 0 ? new Message(data, priority) : new LeasedMessage(data, priority, slot);
  }

  /** No memory for another Buffer: what has none goes back to where it came from. */
  #giveUp(queue: NativeQueue, first: number, count: number): void {
    const returned = queue.putBackInbox(first);
    // A lease keeps the others.
    if (this.headers[this.layout.slots + first] !== 0) return;
    const losses = new Losses();
    // What did not go with the others found no room.
    losses.add(count - first - Math.max(0, returned), returned < 0 ? returned : -EAGAIN);
    warnOfLosses(losses, 'a process without memory');
  }

  /** As many as share a piece of memory, beginning at `offset`: where the next one begins. */
  #takeSlab(messages: Message[], count: number, offset: number): number {
    const { headers } = this;
    const first = messages.length;
    let last = first;
    let end = headers[first * 2] as number;
    while (last + 1 < count) {
      const next = headers[last * 2 + 2] as number;
      if (this.aligned(end) + next > LARGEST_SLAB) break;
      end = this.aligned(end) + next;
      last += 1;
    }
    // One allocation, where making one for each would cost more than receiving them. From Node's pool
    // where it is small.
    const slab = Buffer.allocUnsafe(end);
    slab.set(this.bytes.subarray(offset, offset + end));
    if (first === last) {
      messages.push(this.#make(slab, first));
    } else {
      // Giving one message to another thread would empty the others. (Node's pool is marked so.)
      if (slab.buffer.byteLength === end) markAsUntransferable(slab.buffer);
      let start = 0;
      for (let index = first; index <= last; index += 1) {
        const size = headers[index * 2] as number;
        const data = slab.subarray(start, start + size);
        messages.push(this.#make(data, index));
        start = this.aligned(start + size);
      }
    }
    return offset + this.aligned(end);
  }
}

class Outbox extends Mailbox {
  /** False when its bytes cannot be read. */
  putOne(data: Uint8Array, priority: number): boolean {
    this.ensure();
    this.headers[0] = data.byteLength;
    this.headers[1] = priority;
    return this.#copy(data, 0);
  }

  /**
   * From message number `first` on, as many as there is room for, up to one whose bytes cannot be read:
   * how many. None: the first of them cannot, or has become larger than any queue's messages.
   */
  put(messages: OutgoingMessages, first: number): number {
    this.ensure();
    const { mostMessages } = this.layout;
    let count = 0;
    let offset = 0;
    for (let index = first * 2; index < messages.length && count < mostMessages; index += 2) {
      const data = messages[index] as Uint8Array;
      if (offset + data.byteLength > this.bytes.byteLength) break;
      if (!this.#copy(data, offset)) break;
      this.headers[count * 2] = data.byteLength;
      this.headers[count * 2 + 1] = messages[index + 1] as number;
      offset = this.aligned(offset + data.byteLength);
      count += 1;
    }
    return count;
  }

  #copy(data: Uint8Array, offset: number): boolean {
    try {
      this.bytes.set(data, offset);
      return true;
    } catch {
      return false;
    }
  }
}

export const inbox: Inbox = new Inbox(() => native.inbox());
export const outbox: Outbox = new Outbox(() => native.outbox());
