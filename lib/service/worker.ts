import { EventEmitter } from 'node:events';
import type { AnyCodec, Decoded } from '../codec/codec.js';
import { Decoder } from '../codec/decoder.js';
import type { raw } from '../codec/raw.js';
import { processing, traced } from '../base/channels.js';
import { codeOf } from '../base/code-of.js';
import { invalidValue, ownText, replacedError } from '../base/errors.js';
import { showAs } from '../base/inspect.js';
import { Latency } from '../base/latency.js';
import { checkOptions, isFunction, type Checks } from '../base/options.js';
import { Acknowledger } from './acknowledge.js';
import { DeadLetters } from './dead-letters.js';
import type { Delivery, Sender } from '../transport/transport.js';
import { refuseSameQueue, withDefaults, type Service } from './options.js';
import { orAbort } from './or-abort.js';
import { ResponseQueue } from './response-queue.js';
import { isValue, resultsOf } from './results.js';
import { Running } from './running.js';
import type { CloseOptions, RunOptions } from './run-options.js';
import { messageOf, sendValue } from './values.js';
import { now } from '../base/timers.js';
import { warnFailure } from '../base/warnings.js';
import {
  workerChecks,
  type Handler,
  type WorkerEvents,
  type WorkerOptions,
  type WorkerStats,
} from './worker-options.js';

/** Errors that are about one response. Others are about the queue, and end the worker. */
const OF_ONE_RESPONSE = new Set<unknown>([
  'ERR_MQ_ENCODE',
  'ERR_INVALID_ARG_TYPE',
  'ERR_OUT_OF_RANGE',
  'EMSGSIZE',
  'ABORT_ERR',
]);

/** One message, and how far the work on it has come. */
interface Work {
  readonly delivery: Delivery;
  /** Its bytes, until it is decoded. */
  request: unknown;
  sender: Sender | undefined;
  /** How many responses were sent. */
  responses: number;
  /** Whether what it failed with is about the queues, and keeps the worker from going on. */
  isFatal: boolean;
}

/**
 * Takes requests from one queue and answers them on another. The handler returns the response, a
 * promise of it, or several by an Observable, an async iterable or a generator; `undefined` is none. A
 * handler that throws is a `failure`, and the worker goes on.
 *
 * @example
 * ```ts
 * const worker = new Worker(
 *   { requests: '/jobs', responses: '/results', codec: text },
 *   (request) => `${request} processed`,
 * );
 * await worker.run({ signals: true });
 * ```
 */
export class Worker<C extends AnyCodec = typeof raw> extends EventEmitter<WorkerEvents> {
  readonly #options: WorkerOptions<C>;
  readonly #handler: Handler<C>;
  readonly #service: Service;
  readonly #decoder: Decoder;
  readonly #acknowledger = new Acknowledger((...told) => this.emit('unacknowledged', ...told));
  readonly #counts = {
    received: 0,
    processed: 0,
    failed: 0,
    unfinished: 0,
    responses: 0,
    inHand: 0,
  };
  readonly #latency = new Latency();
  readonly #running: Running;
  readonly #deadLetters: DeadLetters | undefined;
  #responseQueue: ResponseQueue | undefined;
  #warned = false;

  static {
    showAs<Worker>(Worker, (worker) => {
      const { requests, responses } = worker.#options;
      return { requests, responses, ...worker.#running.state, stats: worker.stats() };
    });
  }

  /** @throws TypeError or RangeError for a bad option. Nothing is opened yet. */
  constructor(options: WorkerOptions<C>, handler: Handler<C>) {
    super();
    this.#options = checkOptions('Worker', options, workerChecks as Checks<WorkerOptions<C>>);
    const { requests, responses, deadLetter, buryFailures = false } = this.#options;
    refuseSameQueue(requests, responses);
    refuseSameQueue(requests, deadLetter, 'deadLetter');
    if (buryFailures && deadLetter === undefined) {
      throw invalidValue('options.buryFailures', 'used together with options.deadLetter', true);
    }
    isFunction('handler', handler);
    this.#handler = handler;
    // Whether it goes on with other queues is its own to say, not the transport's.
    this.#service = withDefaults({ ...this.#options, reopen: undefined });
    this.#service.transport.checkName?.(requests);
    for (const name of [responses, deadLetter]) {
      if (name !== undefined) this.#service.transport.checkName?.(name);
    }
    this.#decoder = new Decoder(requests, { codec: this.#options.codec }, false);
    if (deadLetter !== undefined) {
      this.#deadLetters = new DeadLetters(this.#service, deadLetter, requests);
    }
    const job = {
      name: 'Worker',
      requests,
      service: this.#service,
      reopen: this.#options.reopen,
      concurrency: this.#options.concurrency,
      redelivery: this.#options,
      deadLetters: this.#deadLetters,
      acknowledger: this.#acknowledger,
      prepare: async (signal: AbortSignal) => {
        this.#responseQueue = await this.#openResponses(signal);
      },
      work: (delivery: Delivery) => this.#answer(delivery),
      close: async () => this.#responseQueue?.close(),
    };
    this.#running = new Running(job, this);
  }

  /**
   * Opens the queues and works until it is closed.
   *
   * @returns resolves when it has stopped; rejects with what keeps it from going on
   */
  run(options?: RunOptions): Promise<void> {
    return this.#running.run(options);
  }

  /**
   * Takes no more requests, finishes those in hand, and closes the queues. Idempotent.
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
  stats(): WorkerStats {
    return { ...this.#counts, ...this.#running.counts, latency: this.#latency.stats };
  }

  async #openResponses(signal: AbortSignal): Promise<ResponseQueue | undefined> {
    const { responses: name, reopen = true } = this.#options;
    if (name === undefined) return undefined;
    const { transport, opening } = this.#service;
    const listener = this.#running.tellOf(name);
    return ResponseQueue.open({ transport, name, opening, reopen, listener }, signal);
  }

  async #answer(delivery: Delivery): Promise<void> {
    this.#counts.received += 1;
    this.#counts.inHand += 1;
    const begun = now();
    let isDone = true;
    const work: Work = {
      delivery,
      request: delivery.body,
      sender: undefined,
      responses: 0,
      isFatal: false,
    };
    const cannotBegin = async (error: unknown): Promise<never> => {
      await this.#acknowledger.notBegun(delivery, this.#options.requests);
      work.isFatal = true;
      throw error;
    };
    try {
      const current = this.#responseQueue?.current();
      work.sender = current instanceof Promise ? await current.catch(cannotBegin) : current;
      if (processing.hasSubscribers) await this.#processTraced(work);
      else await this.#process(work);
      this.#counts.processed += 1;
    } catch (error) {
      isDone = !this.#leaves(work, error);
      if (isDone) await this.#fail(error, work);
      else this.#counts.unfinished += 1;
    } finally {
      this.#counts.inHand -= 1;
      if (isDone) this.#latency.record(begun);
    }
    if (isDone) await this.#acknowledger.done(delivery, this.#options.requests);
  }

  /** Whether nobody is told of this failure, as another worker is to do it anew: not what is answered in part, or of a host that is gone. */
  #leaves(work: Work, error: unknown): boolean {
    if (!this.#running.leavesUnfinished || work.isFatal || work.responses > 0) return false;
    const isReplaced = work.sender !== undefined && this.#responseQueue?.isReplaced(work.sender);
    return isReplaced !== true && codeOf(error) !== 'ERR_MQ_REPLACED';
  }

  #processTraced(work: Work): Promise<void> {
    const { priority, body, attempts: attempt } = work.delivery;
    const operation = { queue: this.#options.requests, priority, size: body.length, attempt };
    return traced(processing, operation, () => this.#process(work));
  }

  async #process(work: Work): Promise<void> {
    const { priority, attempts } = work.delivery;
    const signal = this.#running.givenUp;
    work.request = this.#decoder.decode(messageOf(work.delivery));
    const context = { priority, attempts, signal };
    const result = this.#handler(work.request as Decoded<C>, context);
    if (isValue(result)) {
      await this.#respond(work, result);
      return;
    }
    const replies = resultsOf(result, signal, this.#options.requests);
    for await (const reply of replies) await this.#respond(work, reply);
  }

  async #respond(work: Work, reply: unknown): Promise<void> {
    const { sender } = work;
    const { responses } = this.#options;
    if (sender === undefined || responses === undefined || reply === undefined) return;
    const signal = this.#running.givenUp;
    try {
      await sendValue(sender, this.#service.codec, reply, responses, { signal });
    } catch (error) {
      if (this.#responseQueue?.isReplaced(sender) === true) throw replacedError(responses);
      work.isFatal = !OF_ONE_RESPONSE.has(codeOf(error));
      throw error;
    }
    work.responses += 1;
    this.#counts.responses += 1;
  }

  async #fail(error: unknown, work: Work): Promise<void> {
    this.#counts.failed += 1;
    if (work.isFatal) throw error;
    const { request } = work;
    const { onFailure } = this.#options;
    const buries = this.#options.buryFailures === true;
    const buried = buries ? { buried: await this.#buried(error, work.delivery) } : undefined;
    const listened = this.emit('failure', { error, request, ...buried });
    if (onFailure === undefined) {
      if (!listened) this.#warn(error);
      return;
    }
    try {
      const signal = this.#running.givenUp;
      const reply = Promise.resolve(onFailure(error, request));
      await this.#respond(work, await orAbort(reply, signal, this.#options.requests));
    } catch (second) {
      if (codeOf(second) === 'ERR_MQ_REPLACED') return;
      if (work.isFatal) throw second;
      this.#warn(second);
    }
  }

  async #buried(failure: unknown, delivery: Delivery): Promise<boolean> {
    if (codeOf(failure) === 'ERR_MQ_REPLACED') return false;
    const { attempts } = delivery;
    try {
      await this.#deadLetters?.bury(delivery, {
        reason: 'failed',
        error: ownText(failure),
        attempts,
      });
      return true;
    } catch (error) {
      this.#warn(error);
      return false;
    }
  }

  #warn(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    warnFailure(error, this.#options.requests);
  }
}
