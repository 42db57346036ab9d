import { Message } from '../base/message.js';
import { native } from './native.js';

/** A message that a lease keeps until its work is done, or until it is in a queue again. */
export class LeasedMessage extends Message {
  /** Where the lease keeps it. */
  readonly #slot: number;
  /** How many receivers have died with it, where this one took it over from them. */
  readonly #attempts: number;
  readonly #settled: (() => void) | undefined;

  /** @param settled - called when the lease keeps it for this process no more */
  constructor(
    data: Buffer,
    priority: number | undefined,
    slot: number,
    attempts = 0,
    settled?: () => void,
  ) {
    super(data, priority);
    this.#slot = slot;
    this.#attempts = attempts;
    this.#settled = settled;
  }

  static is(message: Message): message is LeasedMessage {
    return #slot in message;
  }

  /** Whether this process took it over from one that died, and not out of a queue. */
  get adopted(): boolean {
    return this.#attempts > 0;
  }

  get attempts(): number {
    return this.#attempts;
  }

  /** Work on it begins. */
  begin(): void {
    if (this.adopted) native.beginSlot(this.#slot);
  }

  /** Its work is done, or a queue has it again. False when the lease has it no more. */
  done(): boolean {
    return this.#left(native.freeSlot(this.#slot));
  }

  /** Nobody is to work on it any more: the lease's file keeps it. */
  giveUp(): boolean {
    return this.#left(native.giveUpSlot(this.#slot));
  }

  #left(problem: number): boolean {
    this.#settled?.();
    return problem === 0;
  }
}
