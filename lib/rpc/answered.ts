import type { Packed } from './wire/wire.js';

/** What a worker knows of a request that it has seen before: its reply, or that it is still in hand. */
export type Known = Packed | 'in hand';

/** The requests that a worker has answered, with their replies: so many of them, the latest. */
export class Answered {
  readonly #most: number;
  readonly #inHand = new Set<string>();
  readonly #replies = new Map<string, Packed>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Known | undefined {
    return this.#inHand.has(key) ? 'in hand' : this.#replies.get(key);
  }

  begin(key: string): void {
    this.#inHand.add(key);
  }

  /** @param reply - undefined for what is to be done anew when it comes again */
  end(key: string, reply: Packed | undefined): void {
    this.#inHand.delete(key);
    if (reply === undefined) return;
    this.#replies.set(key, reply);
    for (const oldest of this.#replies.keys()) {
      if (this.#replies.size <= this.#most) return;
      this.#replies.delete(oldest);
    }
  }
}
