import type { QueueCore } from '../../queue/core.js';
import { openQueue } from '../../queue/open.js';
import { send } from '../../queue/use/send.js';
import { doAll } from '../do-all.js';

/** The queues that messages are sent to again, each opened at the first one. */
export class Targets {
  readonly #where: string;
  readonly #queues = new Map<string, QueueCore>();

  /** @param where - the function, for the errors */
  constructor(where: string) {
    this.#where = where;
  }

  /** Waits while the queue is full. */
  async send(
    name: string,
    data: Uint8Array,
    priority: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await send(this.#open(name), data, { priority, signal });
  }

  close(): Promise<void> {
    const closing = [...this.#queues.values()].map((queue) => async () => {
      await queue.close(() => undefined);
    });
    return doAll(closing);
  }

  #open(name: string): QueueCore {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = openQueue(this.#where, name, { access: 'write' });
    this.#queues.set(name, queue);
    return queue;
  }
}
