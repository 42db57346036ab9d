import { EventEmitter } from 'node:events';
import { AbortListener } from '../../base/abort-listener.js';
import { codeOf } from '../../base/code-of.js';
import { invalidType, invalidValue, teedSizeError } from '../../base/errors.js';
import { showAs } from '../../base/inspect.js';
import { Latency } from '../../base/latency.js';
import { checkOptions } from '../../base/options.js';
import { now } from '../../base/timers.js';
import { propertiesOf } from '../../transport/properties.js';
import type { Delivery } from '../../transport/transport.js';
import { Acknowledger } from '../acknowledge.js';
import { doAll } from '../do-all.js';
import { Running } from '../running.js';
import type { CloseOptions, RunOptions } from '../run-options.js';
import { isSame, refuseLoop, serviceOf } from './ends.js';
import { checkEnd, type BridgeEnd } from './options.js';
import { teeChecks, type TeeEvents, type TeeOptions, type TeeStats } from './tee-options.js';
import { TeeSender } from './tee-sender.js';

/** No message kills a tee: one that had it often is as good as the others. */
const EVERY_ATTEMPT = 65_535;

/**
 * Takes messages from one queue and sends each to several others, of whatever transports: all of them have it before it is
 * acknowledged, and the next one is taken.
 */
export class Tee extends EventEmitter<TeeEvents> {
  readonly #from: BridgeEnd;
  readonly #to: readonly BridgeEnd[];
  readonly #options: TeeOptions;
  readonly #acknowledger = new Acknowledger((...told) => this.emit('unacknowledged', ...told));
  readonly #counts = { received: 0, sent: 0, inHand: 0 };
  readonly #latency = new Latency();
  readonly #running: Running;
  #senders: TeeSender[] = [];

  static {
    showAs<Tee>(Tee, (tee) => {
      const to = tee.#to.map(({ queue }) => queue);
      return { from: tee.#from.queue, to, ...tee.#running.state, stats: tee.stats() };
    });
  }

  /** @throws as `tee` */
  constructor(from: BridgeEnd, to: readonly BridgeEnd[], options?: TeeOptions) {
    super();
    this.#from = checkEnd(from, 'from');
    this.#to = checkEnds(to);
    this.#options = checkOptions('tee()', options, teeChecks);
    const { reopen, redelivery } = this.#options;
    const service = serviceOf(this.#from);
    service.transport.checkName?.(this.#from.queue);
    refuseTwice(this.#from, this.#to);
    this.#running = new Running(
      {
        name: 'Tee',
        requests: this.#from.queue,
        service,
        reopen,
        concurrency: 1,
        redelivery: { redelivery, maxAttempts: EVERY_ATTEMPT },
        deadLetters: undefined,
        acknowledger: this.#acknowledger,
        prepare: (signal) => this.#open(signal),
        work: (delivery) => this.#pass(delivery),
        close: () => doAll(this.#senders.map((sender) => () => sender.close())),
      },
      this,
    );
  }

  /**
   * Opens all queues and passes messages on until it is closed, or `count` of them are.
   *
   * @returns resolves when it has stopped; rejects with what keeps it from going on: the message in hand is in its queue again
   */
  run(options?: RunOptions): Promise<void> {
    return this.#running.run(options);
  }

  /**
   * Takes no more messages, passes on the one in hand, and closes all queues. Where one of them has no room for it when the
   * timeout is over, it goes back to its queue. Idempotent.
   *
   * @returns resolves when all that is done, whatever `run()` ends with
   */
  close(options?: CloseOptions): Promise<void> {
    return this.#running.close(options);
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What it has done so far. */
  stats(): TeeStats {
    return { ...this.#counts, ...this.#running.counts, latency: this.#latency.stats };
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { reopen: follow = true } = this.#options;
    for (const end of this.#to) {
      const listener = this.#running.tellOf(end.queue);
      this.#senders.push(await TeeSender.open(end, { follow, signal }, listener));
    }
  }

  async #pass(delivery: Delivery): Promise<void> {
    this.#counts.received += 1;
    this.#counts.inHand += 1;
    const begun = now();
    try {
      await this.#sendToAll(delivery);
      this.#counts.sent += 1;
    } catch (error) {
      await this.#acknowledger.notBegun(delivery, this.#from.queue);
      if (this.#running.givenUp.aborted && codeOf(error) === 'ABORT_ERR') return;
      throw error;
    } finally {
      this.#counts.inHand -= 1;
      this.#latency.record(begun);
    }
    await this.#acknowledger.done(delivery, this.#from.queue);
    if (this.#counts.sent >= (this.#options.count ?? Infinity)) void this.close();
  }

  /** At the same time, so that one that is full keeps none of the others waiting for this message. */
  async #sendToAll(delivery: Delivery): Promise<void> {
    const { body, priority } = delivery;
    const small = this.#senders.find((sender) => !sender.fits(body));
    if (small !== undefined) throw teedSizeError(this.#from.queue, small.name, body.length);
    const rest = this.#senders.filter((sender) => !sender.trySend(body, priority));
    if (rest.length === 0) return;
    const { givenUp } = this.#running;
    const ending = new AbortController();
    const listener = new AbortListener(givenUp, () => {
      ending.abort(givenUp.reason);
    });
    if (givenUp.aborted) ending.abort(givenUp.reason);
    const properties = { ...propertiesOf(delivery), priority, signal: ending.signal };
    let failed: { readonly error: unknown } | undefined;
    await Promise.all(
      rest.map(async (sender) => {
        try {
          await sender.send(body, properties);
        } catch (error) {
          // Without it the others have it for nothing.
          failed ??= { error };
          ending.abort(error);
        }
      }),
    );
    listener.remove();
    if (failed !== undefined) throw failed.error;
  }
}

/**
 * Takes messages from one queue and sends each to several others, with its priority and in the order in which they came. One
 * is taken when all queues have the one before, so that a full queue holds up all of them, and fills the queue before them.
 *
 * @example
 * ```ts
 * const copies = tee({ queue: '/jobs' }, [{ queue: '/jobs-work' }, { queue: '/jobs-log' }], { redelivery: true });
 * await copies.run({ signals: true });
 * ```
 *
 * @throws TypeError or RangeError for a bad option. Nothing is opened yet.
 */
export function tee(from: BridgeEnd, to: readonly BridgeEnd[], options?: TeeOptions): Tee {
  return new Tee(from, to, options);
}

function checkEnds(to: readonly BridgeEnd[]): BridgeEnd[] {
  if (!Array.isArray(to) || to.length === 0) throw invalidType('to', 'a list of queues', to);
  return to.map((end) => {
    const checked = checkEnd(end as BridgeEnd, 'to');
    serviceOf(checked).transport.checkName?.(checked.queue);
    return checked;
  });
}

/** Neither where it comes from, nor one of them twice. */
function refuseTwice(from: BridgeEnd, to: readonly BridgeEnd[]): void {
  const { transport } = serviceOf(from);
  const seen: BridgeEnd[] = [];
  for (const end of to) {
    const { transport: other } = serviceOf(end);
    refuseLoop(from, transport, end, other, 'to.queue');
    const isTwice = seen.some(
      (each) => each.queue === end.queue && isSame(serviceOf(each).transport, other),
    );
    if (isTwice) throw invalidValue('to.queue', 'another queue each time', end.queue);
    seen.push(end);
  }
}
