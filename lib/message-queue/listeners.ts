import { AsyncResource } from 'node:async_hooks';
import type { QueueCore } from '../queue/core.js';
import { Changes } from '../queue/use/changes.js';
import { PushConsumer, type Sink } from '../queue/use/push-consumer.js';
import type { MessageQueueEvents } from './events.js';

/** The emitter of a queue object's events. */
interface Emitter {
  listenerCount(event: keyof MessageQueueEvents): number;
  emit<E extends keyof MessageQueueEvents>(event: E, ...values: MessageQueueEvents[E]): boolean;
}

/** Does for the listeners of one queue object what they need, for as long as there are any. */
export class QueueListeners {
  readonly #core: QueueCore;
  readonly #emitter: Emitter;
  readonly #consumer: PushConsumer;
  readonly #changes: Changes;
  #consuming = false;
  #watchesLink = false;
  #paused = false;

  constructor(core: QueueCore, emitter: Emitter) {
    this.#core = core;
    this.#emitter = emitter;
    const sink: Sink = {
      message: (message) => emitter.emit('message', message),
      ended: () => {
        this.#consuming = false;
      },
      failed: (error) => {
        this.#consuming = false;
        this.#paused = true;
        emitter.emit('error', error);
      },
    };
    this.#consumer = new PushConsumer(core, sink, Math.max(1, core.highWaterMark));
    this.#changes = new Changes(core, {
      readable: () => emitter.emit('readable'),
      writable: () => emitter.emit('writable'),
      empty: () => emitter.emit('empty'),
    });
  }

  /** Whether no message is taken for them. */
  get paused(): boolean {
    return this.#paused;
  }

  pause(paused: boolean): void {
    this.#paused = paused;
    this.changed();
  }

  /** A `trySend` was false: who listens for `writable` wants to know of room. */
  refused(): void {
    this.#changes.refused();
  }

  /** There are others now, or none. */
  changed(): void {
    if (!this.#core.closed) {
      this.#watchLink();
      const told = ['readable', 'writable', 'empty'] as const;
      this.#changes.watch(told.some((event) => this.#isHeard(event)));
    }
    const isHeard = this.#isHeard('message');
    if (isHeard) this.#consumer.begin();
    else this.#consumer.forget();
    const wanted = !this.#paused && !this.#core.closed && isHeard;
    if (wanted === this.#consuming) return;
    this.#consuming = wanted;
    if (wanted) this.#consumer.start();
    else this.#consumer.stop();
  }

  #isHeard(event: keyof MessageQueueEvents): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  #watchLink(): void {
    const wanted = this.#isHeard('unlinked') || this.#isHeard('reopened');
    if (wanted === this.#watchesLink) return;
    this.#watchesLink = wanted;
    if (!wanted) this.#core.link.stop();
    else {
      this.#core.link.watch({
        unlinked: AsyncResource.bind(() => this.#emitter.emit('unlinked')),
        reopened: AsyncResource.bind(() => this.#emitter.emit('reopened')),
      });
    }
  }
}
