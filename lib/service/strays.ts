import type { EventEmitter } from 'node:events';
import { apart } from '../base/apart.js';
import { warnStale, warnUnsolicited } from '../base/warnings.js';
import type { Delivery } from '../transport/transport.js';
import type { Acknowledger } from './acknowledge.js';
import { drainQueue } from './drain.js';
import type { HostEvents } from './host-options.js';
import type { Service } from './options.js';
import type { ResponseLine } from './response-line.js';
import { messageOf } from './values.js';

/** What they need of their host. */
export interface StraysOptions {
  readonly emitter: EventEmitter<HostEvents>;
  readonly acknowledger: Acknowledger;
  readonly service: Service;
  /** The queue of its responses. */
  readonly responses: string;
  /** Whether its queues are its alone: of others, other hosts may read too. */
  readonly alone: boolean;
}

/** Messages in the queues of a host that are nothing of its run: what an earlier one left, answers to others. */
export class Strays {
  readonly #options: StraysOptions;
  /** Whether sending has begun, so that responses may come. */
  #asked = false;
  #sweeping: Promise<void> | undefined;
  #warned = false;

  constructor(options: StraysOptions) {
    this.#options = options;
  }

  /** Takes out what an earlier run left, and tells it. */
  async drain(name: string, signal: AbortSignal): Promise<void> {
    const { emitter, acknowledger, service } = this.#options;
    let untold = 0;
    const opening = { ...service.opening, signal };
    await drainQueue(service.transport, name, opening, async (delivery) => {
      await acknowledger.done(delivery, name);
      if (!emitter.emit('stale', messageOf(delivery), name)) untold += 1;
    });
    if (untold > 0) warnStale(untold, name);
  }

  /** Before anything is asked: what is there is no answer to this host. */
  async sweep(line: ResponseLine): Promise<void> {
    if (!this.#asked) await (this.#sweeping ??= this.#sweepOnce(line));
  }

  async #sweepOnce(line: ResponseLine): Promise<void> {
    const { emitter, service, responses } = this.#options;
    try {
      const { messages } = await service.transport.stat(responses);
      if (messages === 0) return;
      if (emitter.listenerCount('unsolicited') > 0) await line.sweep(messages);
      else this.#warn();
    } catch {
      // The send itself tells what is wrong with the queues.
    } finally {
      this.#asked = true;
    }
  }

  /** Whether a response is an answer to nobody here, and was given to who listens for those. */
  refuse(delivery: Delivery): boolean {
    if (this.#asked) return false;
    const { emitter, acknowledger, responses } = this.#options;
    if (emitter.listenerCount('unsolicited') === 0) {
      this.#warn();
      return false;
    }
    void acknowledger.done(delivery, responses);
    apart(() => emitter.emit('unsolicited', messageOf(delivery), responses));
    return true;
  }

  #warn(): void {
    if (this.#warned || !this.#options.alone) return;
    this.#warned = true;
    warnUnsolicited(this.#options.responses);
  }
}
