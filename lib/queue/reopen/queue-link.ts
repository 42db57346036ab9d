import type { NativeQueue } from '../../native/binding.js';
import { nextTick } from '../../base/timers.js';
import { LinkTimer } from '../../base/interval-timer.js';
import { ReopeningQueue, type LinkListener } from './reopening.js';
import type { QueueSizes } from '../../native/sizes.js';
import { isUnlinked } from '../../native/stat.js';

/** What is told of a queue's name, each from the event loop. */
export interface LinkEvents {
  unlinked(): void;
  reopened(): void;
}

/** Watches whether a queue still has its name, for those who want to know. */
export class QueueLink {
  readonly #native: NativeQueue;
  readonly #timer: LinkTimer | undefined;
  /** @internal */
  events: LinkEvents | undefined;
  #told = false;

  constructor(native: NativeQueue, sizes: QueueSizes) {
    this.#native = native;
    if (!(native instanceof ReopeningQueue)) {
      this.#timer = new LinkTimer(() => {
        this.#look();
      });
      return;
    }
    native.listener = tellWeakly(new WeakRef(this), sizes);
  }

  /** Whether the queue has lost its name. */
  get unlinked(): boolean {
    return isUnlinked(this.#native);
  }

  /** Looks now whether another queue has the name, where that is then used. */
  notice(): void {
    if (this.#native instanceof ReopeningQueue) this.#native.notice();
  }

  /** Keeps no process alive. */
  watch(events: LinkEvents): void {
    this.events = events;
    if (!this.#told) this.#timer?.start(false);
  }

  stop(): void {
    this.events = undefined;
    this.#timer?.stop();
  }

  #look(): void {
    if (!isUnlinked(this.#native)) return;
    this.#told = true;
    this.#timer?.stop();
    this.events?.unlinked();
  }
}

/**
 * The native queue outlives a queue object that was dropped, and must not keep it. Apart from the
 * constructor, whose functions all keep what any of them uses, `this` included.
 */
function tellWeakly(link: WeakRef<QueueLink>, sizes: QueueSizes): LinkListener {
  const tell = (event: keyof LinkEvents): void => {
    nextTick(() => link.deref()?.events?.[event]());
  };
  return {
    unlinked: () => {
      tell('unlinked');
    },
    reopened: () => {
      sizes.read();
      tell('reopened');
    },
  };
}
