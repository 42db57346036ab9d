import { EventEmitter } from 'node:events';
import type { AnyCodec, Decoded } from '../codec/codec.js';
import { Decoder } from '../codec/decoder.js';
import type { raw } from '../codec/raw.js';
import { replacedError } from '../base/errors.js';
import { showAs } from '../base/inspect.js';
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
  readonly #counts = { received: 0, processed: 0, failed: 0, responses: 0, inHand: 0 };
  readonly #running: Running;
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
    const { requests, responses, deadLetter } = this.#options;
    refuseSameQueue(requests, responses);
    refuseSameQueue(requests, deadLetter, 'deadLetter');
    isFunction('handler', handler);
    this.#handler = handler;
    // Whether it goes on with other queues is its own to say, not the transport's.
    this.#service = withDefaults({ ...this.#options, reopen: undefined });
    this.#service.transport.checkName?.(requests);
    for (const name of [responses, deadLetter]) {
      if (name !== undefined) this.#service.transport.checkName?.(name);
    }
    this.#decoder = new Decoder(requests, { codec: this.#options.codec }, false);
    const job = {
      name: 'Worker',
      requests,
      service: this.#service,
      reopen: this.#options.reopen,
      concurrency: this.#options.concurrency,
      redelivery: this.#options,
      deadLetters:
        deadLetter === undefined ? undefined : new DeadLetters(this.#service, deadLetter, requests),
      acknowledger: this.#acknowledger,
      prepare: async () => {
        this.#responseQueue = await this.#openResponses();
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
    return { ...this.#counts, ...this.#running.counts };
  }

  async #openResponses(): Promise<ResponseQueue | undefined> {
    const { responses: name, reopen = true } = this.#options;
    if (name === undefined) return undefined;
    const { transport, opening } = this.#service;
    const listener = this.#running.tellOf(name);
    return ResponseQueue.open({ transport, name, opening, reopen, listener });
  }

  async #answer(delivery: Delivery): Promise<void> {
    this.#counts.received += 1;
    this.#counts.inHand += 1;
    let request: unknown = delivery.body;
    let sender: Sender | undefined;
    const cannotBegin = async (error: unknown): Promise<never> => {
      await this.#acknowledger.notBegun(delivery, this.#options.requests);
      throw new Fatal(error);
    };
    try {
      const current = this.#responseQueue?.current();
      sender = current instanceof Promise ? await current.catch(cannotBegin) : current;
      request = this.#decoder.decode(messageOf(delivery));
      const { priority, attempts } = delivery;
      const context = { priority, attempts, signal: this.#running.givenUp };
      const result = this.#handler(request as Decoded<C>, context);
      if (isValue(result)) {
        await this.#respond(sender, result);
      } else {
        const signal = this.#running.givenUp;
        const replies = resultsOf(result, signal, this.#options.requests);
        for await (const reply of replies) await this.#respond(sender, reply);
      }
      this.#counts.processed += 1;
    } catch (error) {
      await this.#fail(error, request, sender);
    } finally {
      this.#counts.inHand -= 1;
    }
    await this.#acknowledger.done(delivery, this.#options.requests);
  }

  async #respond(sender: Sender | undefined, reply: unknown): Promise<void> {
    const { responses } = this.#options;
    if (sender === undefined || responses === undefined || reply === undefined) return;
    const signal = this.#running.givenUp;
    try {
      await sendValue(sender, this.#service.codec, reply, responses, { signal });
    } catch (error) {
      if (this.#responseQueue?.isReplaced(sender) === true) throw replacedError(responses);
      if (!OF_ONE_RESPONSE.has((error as { code?: unknown }).code)) throw new Fatal(error);
      throw error;
    }
    this.#counts.responses += 1;
  }

  async #fail(error: unknown, request: unknown, sender: Sender | undefined): Promise<void> {
    this.#counts.failed += 1;
    if (error instanceof Fatal) throw error.cause;
    const { onFailure } = this.#options;
    const listened = this.emit('failure', { error, request });
    if (onFailure === undefined) {
      if (!listened) this.#warn(error);
      return;
    }
    try {
      const signal = this.#running.givenUp;
      const reply = Promise.resolve(onFailure(error, request));
      await this.#respond(sender, await orAbort(reply, signal, this.#options.requests));
    } catch (second) {
      if ((second as { code?: unknown } | null)?.code === 'ERR_MQ_REPLACED') return;
      if (second instanceof Fatal) throw second.cause;
      this.#warn(second);
    }
  }

  #warn(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    warnFailure(error, this.#options.requests);
  }
}

/** Carries an error past those that concern one request only. */
class Fatal extends Error {
  constructor(cause: unknown) {
    super('fatal', { cause });
  }
}
