import { nextTick } from '../../base/timers.js';
import type { QueueSizes } from '../../native/sizes.js';
import { isUnlinked } from '../../native/stat.js';
import type { LinkEvents, QueueLink } from './queue-link.js';
import type { ReopeningQueue } from './reopening.js';

/** Of a queue in whose place another one is opened. */
export class ReopeningLink implements QueueLink {
  readonly #native: ReopeningQueue;
  /** @internal */
  events: LinkEvents | undefined;

  constructor(native: ReopeningQueue, sizes: QueueSizes) {
    this.#native = native;
    native.listener = tellWeakly(new WeakRef(this), sizes);
  }

  get unlinked(): boolean {
    return isUnlinked(this.#native);
  }

  notice(): void {
    this.#native.notice();
  }

  watch(events: LinkEvents): void {
    this.events = events;
  }

  stop(): void {
    this.events = undefined;
  }
}

/**
 * The native queue outlives a queue object that was dropped, and must not keep it. Apart from the
 * constructor, whose functions all keep what any of them uses, `this` included.
 */
function tellWeakly(link: WeakRef<ReopeningLink>, sizes: QueueSizes): LinkEvents {
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
