import { byKernelOrder, type Message } from '../../base/message.js';

const backwards = (a: Message, b: Message): number => byKernelOrder(b, a);

/** Messages that were taken from the kernel and belong to nobody yet; they come out in its order. */
export class HeldMessages {
  /** The last is the first to go: to take an array's first elements moves all the others. */
  #messages: Message[] = [];
  #sorted = true;

  get size(): number {
    return this.#messages.length;
  }

  /** @param messages - in the kernel's order, as one call brought them; not to be used any more */
  addTaken(messages: Message[]): void {
    if (this.#messages.length > 0) this.add(messages);
    else this.#messages = messages.reverse();
  }

  add(messages: readonly Message[]): void {
    for (const message of messages) this.#messages.push(message);
    this.#sorted = false;
  }

  /** The first ones, `max` at most. */
  take(max: number): Message[] {
    this.#sort();
    if (max < this.#messages.length) return this.#messages.splice(-max).reverse();
    const all = this.#messages;
    this.#messages = [];
    return all.reverse();
  }

  takeOne(): Message | undefined {
    this.#sort();
    return this.#messages.pop();
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#sorted = true;
    this.#messages.sort(backwards);
  }
}
