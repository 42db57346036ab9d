import type { NativeQueue } from '../../native/binding.js';
import { isUnlinked } from '../../native/stat.js';
import { LinkTimer } from '../../base/interval-timer.js';
import type { LinkEvents, QueueLink } from './queue-link.js';

/** Of a queue that stays the same, with or without its name. */
export class FixedLink implements QueueLink {
  readonly #native: NativeQueue;
  readonly #timer = new LinkTimer(() => {
    this.#look();
  });
  #events: LinkEvents | undefined;
  #told = false;

  constructor(native: NativeQueue) {
    this.#native = native;
  }

  get unlinked(): boolean {
    return isUnlinked(this.#native);
  }

  /** Whoever has the name: this queue stays in use. */
  notice(): void {}

  watch(events: LinkEvents): void {
    this.#events = events;
    if (!this.#told) this.#timer.start(false);
  }

  stop(): void {
    this.#events = undefined;
    this.#timer.stop();
  }

  #look(): void {
    if (!isUnlinked(this.#native)) return;
    this.#told = true;
    this.#timer.stop();
    this.#events?.unlinked();
  }
}
