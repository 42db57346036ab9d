import { systemError } from '../../base/errors.js';
import type { Message } from '../../base/message.js';
import { NOTHING } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';
import { inbox } from '../../native/mailbox.js';
import { HeldMessages } from './held-messages.js';
import { Turn } from './turn.js';

/** Where a line's messages come from: those that are held first, else the kernel's queue, without waiting. */
export class Supply {
  readonly held: HeldMessages = new HeldMessages();
  readonly #name: string;
  readonly #native: NativeQueue;
  #received = 0;

  constructor(name: string, native: NativeQueue) {
    this.#name = name;
    this.#native = native;
  }

  /**
   * @param patience - microseconds that a try may take
   * @throws MessageQueueError when the queue cannot be read
   */
  takeOne(patience: number): Message | null {
    const held = this.held.takeOne();
    if (held !== undefined) return held;
    return this.#receive(1, patience) > 0 ? inbox.takeOne(this.#native) : null;
  }

  /** As `takeOne`, for up to `max` messages. */
  take(max: number, patience: number): Message[] | null {
    if (this.held.size > 0) return this.held.take(max);
    const count = this.#receive(Math.min(max, Turn.limit), patience);
    return count > 0 ? inbox.take(this.#native, count) : null;
  }

  /** Asks the kernel for up to `max` messages to hold: how many came. Throws as `takeOne`. */
  fetch(max: number, patience: number): number {
    const count = this.#receive(max, patience);
    this.#hold(count);
    return count;
  }

  /** What a wait has brought: out of the inbox, before anything else is received. */
  hold(result: number): void {
    try {
      this.#hold(result);
    } catch {
      // No memory: they went back. The line asks for them again, and tells who is first where that fails too.
    }
  }

  /** How many messages came without a wait since this was asked last. */
  countReceived(): number {
    const received = this.#received;
    this.#received = 0;
    return received;
  }

  #hold(count: number): void {
    if (count > 0) this.held.addTaken(inbox.take(this.#native, count));
  }

  #receive(max: number, patience: number): number {
    const result = this.#native.tryReceive(max, patience);
    if (result === NOTHING) return 0;
    if (result < 0) throw systemError(result, 'mq_timedreceive', this.#name);
    this.#received += result;
    return result;
  }
}
