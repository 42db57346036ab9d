import { NOTHING } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';

/** How many messages a queue has. */
function filling(queue: NativeQueue): number {
  const attributes = queue.attributes();
  return typeof attributes === 'number' ? 0 : attributes[2];
}

/**
 * Queues without a name, kept for what is left in them. Nobody can open them any more, so an empty one is
 * closed: unless a wait is on its way back from it.
 */
export class OldQueues {
  readonly #readable: boolean;
  #queues: NativeQueue[] = [];

  /** @param readable - whether they can be received from, and so are worth keeping */
  constructor(readable: boolean) {
    this.#readable = readable;
  }

  add(queue: NativeQueue): void {
    this.#queues.push(queue);
  }

  /** How many messages are left in them. */
  count(): number {
    let count = 0;
    for (const queue of this.#queues) count += filling(queue);
    return count;
  }

  /** As `tryReceive` of a queue, from the first that has something; `from` is told before each. */
  tryReceive(max: number, from: (queue: NativeQueue) => void): number {
    for (const queue of this.#queues) {
      from(queue);
      const result = queue.tryReceive(max, 0);
      if (result > 0) return result;
    }
    this.sweep();
    return NOTHING;
  }

  /** Closes those that are done with. */
  sweep(): void {
    if (this.#queues.length === 0) return;
    this.#queues = this.#queues.filter((queue) => {
      const keeps = this.#readable && filling(queue) > 0;
      return keeps || queue.close() !== 0;
    });
  }

  close(): void {
    for (const queue of this.#queues.splice(0)) queue.close();
  }
}
