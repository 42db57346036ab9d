import { invalidType } from '../base/errors.js';
import { checkName, listNames } from '../base/names.js';
import { checkOptions, integer, type Checks } from '../base/options.js';
import { clearInterval, now, setInterval } from '../base/timers.js';
import { openToLook } from './open-to-look.js';
import { descriptionOf, type QueueDescription } from './queues.js';
import type { QueueCore } from '../queue/core.js';

/** A queue, and how many messages were seen to come and go. */
export interface QueueActivity extends QueueDescription {
  readonly messages: number;
  readonly maxMessages: number;
  readonly maxMessageSize: number;
  readonly bytes: number;
  /** Messages a second that were seen to come, since the last `take()`: at least so many came. */
  readonly incoming: number;
  /** The same of those that went. */
  readonly outgoing: number;
}

/** How to sample. */
export interface SamplerOptions {
  /**
   * Which queues: by their names, or all of this IPC namespace.
   *
   * @defaultValue all
   */
  names?: readonly string[] | undefined;
  /**
   * Milliseconds between two looks at the attributes. What comes and goes between two of them is not seen.
   *
   * @defaultValue 10
   */
  interval?: number | undefined;
}

interface Sampled {
  readonly core: QueueCore;
  messages: number;
  incoming: number;
  outgoing: number;
}

const INTERVAL = 10;
const LONGEST = 60_000;

const checks: Checks<SamplerOptions> = {
  names: (argument, value) => {
    if (!Array.isArray(value)) throw invalidType(argument, 'a list of names of queues', value);
    for (const name of value as unknown[]) checkName(name);
  },
  interval: integer(1, LONGEST),
};

/**
 * Watches how full queues are, by their attributes alone (mq_getattr(3)): it takes no message, and nobody who waits loses
 * its turn. The kernel counts neither what comes nor what goes, so both are at least what is told.
 */
export class QueueSampler implements Disposable {
  readonly #names: readonly string[] | undefined;
  readonly #queues = new Map<string, Sampled>();
  readonly #timer: NodeJS.Timeout;
  #taken = now();

  /** @throws TypeError or RangeError for a bad option */
  constructor(options?: SamplerOptions) {
    const { names, interval = INTERVAL } = checkOptions('QueueSampler', options, checks);
    this.#names = names;
    this.#timer = setInterval(() => {
      this.#sample();
    }, interval);
    this.#timer.unref();
  }

  /**
   * Each queue as it is now, and the rates since the call before. Those that this user may not open are left out.
   *
   * @returns rejects as `MessageQueue.list` where no names were given
   */
  async take(): Promise<QueueActivity[]> {
    await this.#look();
    this.#sample();
    const seconds = Math.max((now() - this.#taken) / 1000, Number.EPSILON);
    this.#taken = now();
    return [...this.#queues].map(([name, queue]) => {
      const { core, messages } = queue;
      const rates = { incoming: queue.incoming / seconds, outgoing: queue.outgoing / seconds };
      queue.incoming = 0;
      queue.outgoing = 0;
      return { ...descriptionOf(name, core), messages, ...rates };
    });
  }

  /** Closes what it has open. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    for (const name of this.#queues.keys()) this.#forget(name);
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** One that lost its name is let go, so that the kernel can free it. */
  async #look(): Promise<void> {
    const names = this.#names ?? (await listNames('utf8')).map(String);
    for (const [name, { core }] of this.#queues) {
      if (!names.includes(name) || core.stat().unlinked) this.#forget(name);
    }
    for (const name of names) {
      if (this.#queues.has(name)) continue;
      const core = openToLook(name);
      if (core === undefined) continue;
      core.setReferenced(false);
      this.#queues.set(name, { core, messages: core.currentMessages, incoming: 0, outgoing: 0 });
    }
  }

  #sample(): void {
    for (const queue of this.#queues.values()) {
      const change = queue.core.currentMessages - queue.messages;
      queue.messages += change;
      if (change > 0) queue.incoming += change;
      else queue.outgoing -= change;
    }
  }

  #forget(name: string): void {
    void this.#queues.get(name)?.core.close(() => undefined);
    this.#queues.delete(name);
  }
}
