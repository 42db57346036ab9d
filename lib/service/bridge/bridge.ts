import { EventEmitter } from 'node:events';
import { codeOf } from '../../base/code-of.js';
import { bridgedSizeError } from '../../base/errors.js';
import { showAs } from '../../base/inspect.js';
import { Latency } from '../../base/latency.js';
import { Message } from '../../base/message.js';
import { checkOptions } from '../../base/options.js';
import { now } from '../../base/timers.js';
import { warnSpoolFull } from '../../base/warnings.js';
import { propertiesOf } from '../../transport/properties.js';
import type { Delivery, Sender, Transport } from '../../transport/transport.js';
import { Acknowledger } from '../acknowledge.js';
import { DeadLetters } from '../dead-letters.js';
import { refuseSameQueue } from '../options.js';
import { Running } from '../running.js';
import type { CloseOptions, RunOptions } from '../run-options.js';
import type { SpooledMessage } from '../spool/record.js';
import { Spool } from '../spool/spool.js';
import { refuseLoop, serviceOf } from './ends.js';
import {
  bridgeChecks,
  checkEnd,
  type BridgeEnd,
  type BridgeEvents,
  type BridgeOptions,
  type BridgeStats,
} from './options.js';

const SPOOL_SIZE = 64 * 1024 * 1024;
const SPOOL_AFTER = 1000;
/** No message kills a bridge: one that had it often is as good as the others. */
const EVERY_ATTEMPT = 65_535;

/**
 * Takes messages from one queue and sends them to another, of whatever transports: each is confirmed by the other side
 * before it is acknowledged on this one.
 */
export class Bridge extends EventEmitter<BridgeEvents> {
  readonly #from: BridgeEnd;
  readonly #to: BridgeEnd;
  readonly #toTransport: Transport;
  readonly #options: BridgeOptions;
  readonly #deadLetters: DeadLetters | undefined;
  readonly #acknowledger = new Acknowledger((...told) => this.emit('unacknowledged', ...told));
  readonly #counts = { received: 0, sent: 0, spooled: 0, failed: 0, inHand: 0 };
  readonly #latency = new Latency();
  readonly #running: Running;
  #sender: Sender | undefined;
  #spool: Spool | undefined;
  #warned = false;

  static {
    showAs<Bridge>(Bridge, (bridge) => {
      const { queue: from } = bridge.#from;
      return { from, to: bridge.#to.queue, ...bridge.#running.state, stats: bridge.stats() };
    });
  }

  /** @throws as `bridge` */
  constructor(from: BridgeEnd, to: BridgeEnd, options?: BridgeOptions) {
    super();
    this.#from = checkEnd(from, 'from');
    this.#to = checkEnd(to, 'to');
    this.#options = checkOptions('bridge()', options, bridgeChecks);
    const { deadLetter, concurrency, reopen } = this.#options;
    const fromService = serviceOf(this.#from);
    this.#toTransport = serviceOf(this.#to).transport;
    refuseLoop(this.#from, fromService.transport, this.#to, this.#toTransport, 'to.queue');
    refuseSameQueue(this.#from.queue, deadLetter, 'deadLetter');
    fromService.transport.checkName?.(this.#from.queue);
    if (deadLetter !== undefined) fromService.transport.checkName?.(deadLetter);
    this.#toTransport.checkName?.(this.#to.queue);
    const letters = { ...fromService, opening: { create: true } };
    this.#deadLetters =
      deadLetter === undefined ? undefined : new DeadLetters(letters, deadLetter, this.#from.queue);
    const { redelivery = fromService.transport.capabilities.redelivery } = this.#options;
    const job = {
      name: 'Bridge',
      requests: this.#from.queue,
      service: fromService,
      reopen,
      concurrency,
      redelivery: { redelivery, maxAttempts: EVERY_ATTEMPT },
      deadLetters: this.#deadLetters,
      acknowledger: this.#acknowledger,
      prepare: (signal: AbortSignal) => this.#open(signal),
      work: (delivery: Delivery) => this.#pass(delivery),
      beside: async (stopping: AbortSignal) => this.#spool?.drain(stopping),
      close: () => this.#close(),
    };
    this.#running = new Running(job, this);
  }

  /**
   * Opens both queues and passes messages on until it is closed.
   *
   * @returns resolves when it has stopped; rejects with what keeps it from going on: the message in hand is in its queue again
   */
  run(options?: RunOptions): Promise<void> {
    return this.#running.run(options);
  }

  /**
   * Takes no more messages, passes on those in hand, and closes both queues. What the other side has not taken when the
   * timeout is over goes back to its queue. Idempotent.
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
  stats(): BridgeStats {
    const inSpool = this.#spool?.messages ?? 0;
    const latency = this.#latency.stats;
    return { ...this.#counts, inSpool, ...this.#running.counts, latency };
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { reopen: follow = true, spool: path } = this.#options;
    const { queue, transport: _, ...opening } = this.#to;
    const options = { ...opening, follow, signal };
    this.#sender = await this.#toTransport.openSender(queue, options);
    this.#sender.watch?.(this.#running.tellOf(queue));
    if (path === undefined) return;
    const { maxSpoolSize: maxSize = SPOOL_SIZE, spoolAfter: after = SPOOL_AFTER } = this.#options;
    this.#spool = await Spool.open({
      to: queue,
      path,
      maxSize,
      after,
      send: (message, signal) => this.#send(message, signal),
      refuse: (message, error) => this.#refuse(message, error),
      sent: () => (this.#counts.sent += 1),
      tell: (what) => {
        const isHeard = this.emit(what);
        if (what === 'spoolFull' && !isHeard) this.#warnFull(path, maxSize);
      },
    });
  }

  async #close(): Promise<void> {
    try {
      await this.#sender?.close();
    } finally {
      await this.#spool?.close();
    }
  }

  async #pass(delivery: Delivery): Promise<void> {
    this.#counts.received += 1;
    this.#counts.inHand += 1;
    const begun = now();
    const { body, priority } = delivery;
    const message = { body, properties: { ...propertiesOf(delivery), priority } };
    try {
      if (await this.#isSpooled(message)) this.#counts.spooled += 1;
      else this.#counts.sent += 1;
    } catch (error) {
      const isDone = await this.#refuse(message, error).then(
        () => true,
        async (fatal: unknown) => {
          await this.#acknowledger.notBegun(delivery, this.#from.queue);
          if (!this.#isGivenUp(fatal)) throw fatal;
          return false;
        },
      );
      if (!isDone) return;
    } finally {
      this.#counts.inHand -= 1;
      this.#latency.record(begun);
    }
    await this.#acknowledger.done(delivery, this.#from.queue);
  }

  async #isSpooled(message: SpooledMessage): Promise<boolean> {
    const { givenUp, stopping } = this.#running;
    if (this.#spool !== undefined) return this.#spool.take(message, givenUp, stopping);
    await this.#send(message, givenUp);
    return false;
  }

  async #send({ body, properties }: SpooledMessage, signal: AbortSignal): Promise<void> {
    const { priority } = properties;
    const carried = this.#toTransport.capabilities.properties ? properties : { priority };
    await this.#sender?.send(body, { ...carried, signal });
  }

  /** Resolves when the message is among the dead letters. Rejects with what it is refused for. */
  async #refuse({ body, properties }: SpooledMessage, error: unknown): Promise<void> {
    if (codeOf(error) !== 'EMSGSIZE') throw error;
    const { priority = 0 } = properties;
    const told = bridgedSizeError(this.#from.queue, this.#to.queue, body.length, error);
    if (this.#deadLetters === undefined) throw told;
    const message = new Message(Buffer.from(body), priority);
    await this.#deadLetters.bury(
      { ...properties, body: message.data, priority },
      { reason: 'size', error: `too large for ${this.#to.queue}` },
    );
    this.#counts.failed += 1;
    this.emit('failure', { error: told, message });
  }

  /** Whether nobody waits for it any more, or it waited for room in a spool file when the bridge was closed. */
  #isGivenUp(error: unknown): boolean {
    return this.#running.stopping.aborted && codeOf(error) === 'ABORT_ERR';
  }

  #warnFull(path: string, maxSize: number): void {
    if (this.#warned) return;
    this.#warned = true;
    warnSpoolFull(path, maxSize);
  }
}

/**
 * Takes messages from one queue and sends them to another: of two transports, or of one. Highest priority first, first in
 * first out, with their priority. A message is taken when the one before has been confirmed by the other side, so that a link
 * that is down or a queue that is full fills the queue before it.
 *
 * @example
 * ```ts
 * const link = bridge({ queue: '/jobs' }, { queue: 'jobs', transport: new AmqpTransport({ urls }) });
 * await link.run({ signals: true });
 * ```
 *
 * @throws TypeError or RangeError for a bad option. Nothing is opened yet.
 */
export function bridge(from: BridgeEnd, to: BridgeEnd, options?: BridgeOptions): Bridge {
  return new Bridge(from, to, options);
}
