import type { Subscriber } from 'rxjs';
import type { Message } from '../base/message.js';
import { isNameOrQueue, openOptionsOf, refuseOpenOptions } from '../message-queue/name-or-queue.js';
import { coreOf, type MessageQueue } from '../message-queue/message-queue.js';
import type { QueueCore } from '../queue/core.js';
import { type CreateOptions, type OpenOptions } from '../queue/open-options.js';
import { openLeased } from '../queue/leases/open.js';
import { openQueue } from '../queue/open.js';

/** A queue in use by one subscription. */
export interface Attachment {
  readonly core: QueueCore;
  /** Whether this subscription opened it, so that nobody else takes from it. */
  readonly owns: boolean;
  /** Ends the use; closes the queue where this subscription opened it. */
  release(): void;
}

/**
 * The queue behind an Observable: one that is given open, or one that each subscription opens by
 * its name. What a subscription by name took and did not deliver goes to another one that has the queue
 * open, or else back into the kernel's queue.
 */
export class QueueReference {
  readonly #where: string;
  readonly #queue: string | MessageQueue;
  readonly #access: 'read' | 'write';
  readonly #opening: CreateOptions;
  readonly #slots: number | undefined;
  readonly #attached = new Set<QueueCore>();

  /**
   * @param slots - how many messages are in hand at most, where they are to outlive this process
   * @throws TypeError for a bad argument
   */
  constructor(
    where: string,
    queue: string | MessageQueue,
    access: 'read' | 'write',
    options: CreateOptions,
    slots?: number,
  ) {
    isNameOrQueue('queue', queue);
    this.#where = where;
    this.#queue = queue;
    this.#access = access;
    this.#slots = slots;
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
      return { core: coreOf(this.#queue), owns: false, release: () => undefined };
    }
    const options = { ...this.#opening, access: this.#access };
    if (this.#slots !== undefined) return this.#attachLeased(this.#queue, options, this.#slots);
    const core = openQueue(this.#where, this.#queue, options);
    this.#attached.add(core);
    return {
      core,
      owns: true,
      release: () => {
        this.#attached.delete(core);
        void core.close((undelivered) => this.#passOn(undelivered, core));
      },
    };
  }

  /** What is in hand at the end of the subscription, or found no room in the queue, is for who adopts it. */
  #attachLeased(name: string, options: OpenOptions, slots: number): Attachment {
    const { core, leases } = openLeased(this.#where, name, options, slots);
    return {
      core,
      owns: true,
      release: () => {
        const closed = core.close((undelivered) => core.putBack(undelivered, () => true));
        void closed.then(() => {
          leases.close();
        });
      },
    };
  }

  async #passOn(messages: Message[], from: QueueCore): Promise<void> {
    if (this.#toAnother(messages)) return;
    // One may come while they wait for room.
    await from.putBack(messages, (left) => this.#toAnother(left));
  }

  #toAnother(messages: Message[]): boolean {
    const [other] = this.#attached;
    void other?.hold(messages);
    return other !== undefined;
  }
}
