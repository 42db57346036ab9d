import type { Subscriber } from 'rxjs';
import type { Message } from '../message.js';
import { isNameOrQueue, openOptionsOf, refuseOpenOptions } from '../name-or-queue.js';
import { coreOf, type MessageQueue } from '../queue.js';
import type { QueueCore } from '../queue/core.js';
import { openQueue, type CreateOptions } from '../queue/open.js';

/** A queue in use by one subscription. */
export interface Attachment {
  readonly core: QueueCore;
  /** Ends the use; closes the queue where this subscription opened it. */
  release(): void;
}

/**
 * The queue behind an Observable: one that is given open, or one that each subscription opens by
 * its name. What a subscription took and did not deliver is kept for the next one.
 */
export class QueueReference {
  readonly #where: string;
  readonly #queue: string | MessageQueue;
  readonly #access: 'read' | 'write';
  readonly #opening: CreateOptions;
  readonly #attached = new Set<QueueCore>();
  readonly #leftOver: Message[] = [];

  /** @throws TypeError for a bad argument */
  constructor(
    where: string,
    queue: string | MessageQueue,
    access: 'read' | 'write',
    options: CreateOptions,
  ) {
    isNameOrQueue('queue', queue);
    this.#where = where;
    this.#queue = queue;
    this.#access = access;
    this.#opening = openOptionsOf(options);
    if (typeof queue !== 'string') refuseOpenOptions(where, this.#opening);
  }

  /** For a subscription. Undefined when the queue could not be opened, which is then its error. */
  attach(subscriber: Subscriber<unknown>): Attachment | undefined {
    try {
      return this.#attach();
    } catch (error) {
      subscriber.error(error);
      return undefined;
    }
  }

  #attach(): Attachment {
    if (typeof this.#queue !== 'string') {
      return { core: coreOf(this.#queue), release: () => undefined };
    }
    const options = { ...this.#opening, access: this.#access };
    const core = openQueue(this.#where, this.#queue, options);
    this.#attached.add(core);
    core.handBack(this.#leftOver.splice(0));
    return {
      core,
      release: () => {
        this.#attached.delete(core);
        void core.close((undelivered) => {
          this.#keep(undelivered);
        });
      },
    };
  }

  #keep(messages: Message[]): void {
    const [other] = this.#attached;
    if (other === undefined) this.#leftOver.push(...messages);
    else other.handBack(messages);
  }
}
