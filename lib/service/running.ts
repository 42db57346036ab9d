import { setMaxListeners, type EventEmitter } from 'node:events';
import { AbortListener, lastingController } from '../base/abort-listener.js';
import { codeOf } from '../base/code-of.js';
import { gaveUpReason, invalidValue } from '../base/errors.js';
import { checkOptions } from '../base/options.js';
import { clearTimeout, nextTick, setTimeout } from '../base/timers.js';
import type { Delivery, NameListener, Receiver } from '../transport/transport.js';
import { refuseRedelivery } from '../transport/unsupported.js';
import type { Acknowledger } from './acknowledge.js';
import type { DeadLetters } from './dead-letters.js';
import type { Service } from './options.js';
import { enlist, type Membership } from './membership.js';
import { serviceManager, type ServiceManager } from './notify/service-manager.js';
import { Redelivery, type RedeliveryEvents, type RedeliveryOptions } from './redelivery.js';
import { closeChecks, runChecks, type CloseOptions, type RunOptions } from './run-options.js';
import { onTermination } from './signals.js';

/** Milliseconds for the work in hand at a signal: what sends it means to end the program. */
const SIGNAL_TIMEOUT = 5000;

/** What one kind of worker does with the messages of its queue. */
export interface Job {
  /** For the error messages. */
  readonly name: string;
  /** The queue that it takes from. */
  readonly requests: string;
  readonly service: Service;
  /** Whether it goes on with another queue that gets the name. */
  readonly reopen: boolean | undefined;
  /** How many messages are worked on at one time. */
  readonly concurrency: number | undefined;
  readonly redelivery: RedeliveryOptions;
  readonly deadLetters: DeadLetters | undefined;
  readonly acknowledger: Acknowledger;
  /** Opens whatever else it needs, before the first message, until the signal is aborted. */
  prepare(stopping: AbortSignal): Promise<void>;
  /** Rejects with what keeps the worker from going on. */
  work(delivery: Delivery): Promise<void>;
  /** Runs beside the work, until the signal is aborted. Rejects with what keeps the worker from going on. */
  beside?(stopping: AbortSignal): Promise<void>;
  /** Closes what `prepare` has opened. */
  close(): Promise<void>;
}

interface Events extends RedeliveryEvents {
  ready: [];
  unlinked: [queue: string];
  reopened: [queue: string];
  error: [error: Error];
  close: [];
}

interface Emitter extends Pick<EventEmitter<Events>, 'emit' | 'listenerCount'> {
  stats(): object;
}

/** Takes from one queue and works, until it is told to stop: what all kinds of workers have in common. */
export class Running {
  readonly #job: Job;
  readonly #emitter: Emitter;
  readonly #stopping = lastingController();
  readonly #giveUp = lastingController();
  readonly #redelivery: Redelivery;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(job: Job, emitter: Emitter) {
    this.#job = job;
    this.#emitter = emitter;
    this.#redelivery = new Redelivery({ ...job, options: job.redelivery, emitter });
    // Each of the messages in hand listens to them.
    setMaxListeners(0, this.#stopping.signal, this.#giveUp.signal);
  }

  /** Of messages that came again. */
  get counts(): Redelivery['counts'] {
    return this.#redelivery.counts;
  }

  /** Aborted when what is in hand is waited for no longer. */
  get givenUp(): AbortSignal {
    return this.#giveUp.signal;
  }

  /**
   * Whether what is not done now comes again, to another worker, if it is not acknowledged: the wait for it is over, and the
   * receiver about to be closed. To put it back would take room in the queue, and time.
   */
  get leavesUnfinished(): boolean {
    return this.#giveUp.signal.aborted && this.#job.redelivery.redelivery === true;
  }

  /** Aborted when no more is taken. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** For those who inspect its worker. */
  get state(): { readonly running: boolean; readonly closed: boolean } {
    return { running: this.#running !== undefined && !this.#closed, closed: this.#closed };
  }

  /** Has its worker tell what becomes of the name of one of its queues. */
  tellOf(queue: string): NameListener {
    return {
      unlinked: () => this.#emitter.emit('unlinked', queue),
      reopened: () => this.#emitter.emit('reopened', queue),
    };
  }

  async run(options: RunOptions | undefined): Promise<void> {
    const checked = checkOptions(`${this.#job.name}.run()`, options, runChecks);
    const { signals = false, notify = false, signal } = checked;
    const { timeout = signals ? SIGNAL_TIMEOUT : Infinity } = checked;
    if (this.#running !== undefined || this.#closed) {
      throw invalidValue('run()', 'called once', this.#closed ? 'closed' : 'running');
    }
    const manager = notify
      ? serviceManager(this.#job.requests, () => this.#emitter.stats())
      : undefined;
    const telling = manager && new AbortListener(this.#stopping.signal, () => manager.stopping());
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      this.#stopping.abort();
      timer ??= this.#giveUpAfter(timeout);
    };
    const forgetSignals = signals ? onTermination(stop) : () => undefined;
    if (signal?.aborted === true) stop();
    const listener = signal && new AbortListener(signal, stop);
    const membership = enlist({
      stats: () => this.#emitter.stats(),
      stop: () => {
        this.#stopping.abort();
      },
    });
    this.#running = this.#untilStopped(() => this.#work(membership, manager)).finally(() => {
      forgetSignals();
      telling?.remove();
      manager?.over();
      membership?.leave();
      clearTimeout(timer);
      listener?.remove();
      this.#closed = true;
      nextTick(() => this.#emitter.emit('close'));
    });
    try {
      await this.#running;
    } catch (error) {
      if (this.#emitter.listenerCount('error') > 0) this.#emitter.emit('error', error as Error);
      throw error;
    }
  }

  async close(options: CloseOptions | undefined): Promise<void> {
    const checked = checkOptions(`${this.#job.name}.close()`, options, closeChecks);
    this.#stopping.abort();
    if (this.#running === undefined) {
      this.#closed = true;
      return;
    }
    const timer = this.#giveUpAfter(checked.timeout ?? Infinity);
    // Its failure is run()'s to tell.
    await this.#running.catch(() => undefined);
    clearTimeout(timer);
  }

  #giveUpAfter(timeout: number): NodeJS.Timeout | undefined {
    if (timeout === Infinity) return undefined;
    return setTimeout(() => {
      this.#giveUp.abort(gaveUpReason(timeout));
    }, timeout);
  }

  async #work(
    membership: Membership | undefined,
    manager: ServiceManager | undefined,
  ): Promise<void> {
    const receiver = await this.#open();
    // Or what it has next would wait for the work that is in hand.
    const listener = new AbortListener(this.#stopping.signal, () => void receiver.stop?.());
    let workOff: Job['work'] | undefined;
    try {
      await this.#job.prepare(this.#stopping.signal);
      this.#emitter.emit('ready');
      membership?.ready();
      manager?.ready();
      const { concurrency = 1 } = this.#job;
      const loops = Array.from({ length: concurrency }, () => this.#loop(receiver));
      loops.push(this.#untilStopped(async () => this.#job.beside?.(this.#stopping.signal)));
      // When one fails the others finish what they have in hand.
      const ends = await Promise.allSettled(loops);
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      workOff = async (delivery) => {
        this.#giveUp.signal.throwIfAborted();
        await this.#job.work(delivery);
      };
    } finally {
      listener.remove();
      await receiver.close(workOff);
      await this.#job.close();
    }
  }

  async #open(): Promise<Receiver> {
    const { service, requests, reopen = true, concurrency } = this.#job;
    const { redelivery } = this.#job.redelivery;
    const { transport, opening } = service;
    // One that does not know the option would do without.
    if (!transport.capabilities.redelivery) refuseRedelivery(requests, { redelivery });
    const { signal } = this.#stopping;
    const options = {
      ...opening,
      follow: reopen,
      competing: true,
      redelivery,
      concurrency,
      signal,
    };
    const receiver = await transport.openReceiver(requests, options);
    receiver.watch?.(this.tellOf(requests));
    return receiver;
  }

  #loop(receiver: Receiver): Promise<void> {
    const { signal } = this.#stopping;
    return this.#untilStopped(async () => {
      while (!signal.aborted) {
        const delivery = await receiver.next(signal);
        if (delivery.attempts > 0 && (await this.#redelivery.refuses(delivery))) continue;
        await this.#job.work(delivery);
      }
    });
  }

  /** What fails stops all the others. */
  async #untilStopped(act: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await act();
    } catch (error) {
      const stopped = signal.aborted && codeOf(error) === 'ABORT_ERR';
      if (stopped) return;
      this.#stopping.abort();
      throw error;
    }
  }
}
