import { AsyncResource } from 'node:async_hooks';
import type { QueueCore } from '../core.js';

/** What is told of a queue that is watched without taking anything. */
export interface ChangeEvents {
  readable(): void;
  writable(): void;
  empty(): void;
}

/**
 * Tells when there is a message, when there is none, and when there is room again, without taking or sending anything. A change
 * of the queue wakes it: many in one turn of the event loop are one.
 */
export class Changes {
  readonly #core: QueueCore;
  readonly #events: ChangeEvents;
  #watching = false;
  /** Somebody found the queue full, and has not been told of room since. */
  #refused = false;

  constructor(core: QueueCore, events: ChangeEvents) {
    this.#core = core;
    this.#events = events;
  }

  /** A send that does not wait found no room. */
  refused(): void {
    this.#refused = true;
  }

  /** @throws MessageQueueError */
  watch(wanted: boolean): void {
    if (wanted === this.#watching) return;
    this.#watching = wanted;
    if (!wanted) {
      this.#core.unwatch();
      return;
    }
    this.#refused ||= this.#core.currentMessages >= this.#core.maxMessages;
    // In the context of who began to listen.
    this.#core.watch(AsyncResource.bind(this.#changed));
  }

  readonly #changed = (): void => {
    if (this.#core.closed) return;
    const { currentMessages, maxMessages } = this.#core;
    const hasRoom = this.#refused && currentMessages < maxMessages;
    if (hasRoom) this.#refused = false;
    try {
      if (currentMessages > 0) this.#events.readable();
      else this.#events.empty();
    } finally {
      if (hasRoom) this.#events.writable();
    }
  };
}
