import { EventEmitter } from 'node:events';
import type { AnyCodec } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import { apart } from '../base/apart.js';
import { invalidValue } from '../base/errors.js';
import { showAs } from '../base/inspect.js';
import { Latency } from '../base/latency.js';
import { checkOptions, type Checks } from '../base/options.js';
import { now } from '../base/timers.js';
import { warnFailure } from '../base/warnings.js';
import { Acknowledger } from '../service/acknowledge.js';
import { DeadLetters } from '../service/dead-letters.js';
import type { CloseOptions, RunOptions } from '../service/run-options.js';
import { Running } from '../service/running.js';
import type { Delivery } from '../transport/transport.js';
import { Answered } from './answered.js';
import { Bodies } from './bodies.js';
import { Context, isExpired } from './context.js';
import type { Request } from './envelope/request.js';
import { Handling } from './handling.js';
import { lookUp, type RpcHandler, type RpcHandlers } from './handlers.js';
import { serviceOf } from './options.js';
import { readRequest } from './read-request.js';
import { Refusing } from './refusing.js';
import { Replies, type Answering } from './replies.js';
import { ReplyQueues } from './reply-queues.js';
import { MAX_BODY_SIZE } from './spill/options.js';
import { WorkerSpill } from './spill/worker.js';
import { toldError } from './told-error.js';
import { wireOf } from './wire/wire-of.js';
import type { Packed } from './wire/wire.js';
import {
  rpcWorkerChecks,
  type RpcWorkerEvents,
  type RpcWorkerOptions,
  type RpcWorkerStats,
} from './worker-options.js';

/**
 * Takes requests from one queue and sends each reply to the host that asked, by the protocol MQ1: hosts and workers may be
 * of any language. The handler, or the one of the request's method, returns the reply, a promise of it, or several by an
 * Observable, an async iterable or a generator. What it throws is told to the host.
 *
 * @example
 * ```ts
 * const worker = new RpcWorker(
 *   { requests: '/jobs', codec: json },
 *   {
 *     add: ([a, b]: [number, number]) => a + b,
 *     async *count(to: number) {
 *       for (let next = 1; next <= to; next += 1) yield next;
 *     },
 *   },
 * );
 * await worker.run({ signals: true });
 * ```
 */
export class RpcWorker<C extends AnyCodec = typeof raw> extends EventEmitter<RpcWorkerEvents> {
  readonly #options: RpcWorkerOptions<C>;
  readonly #handling: Handling;
  readonly #refusing: Refusing;
  readonly #running: Running;
  readonly #acknowledger = new Acknowledger((...told) => this.emit('unacknowledged', ...told));
  readonly #answered: Answered;
  readonly #answering: Answering;
  readonly #counts = {
    received: 0,
    processed: 0,
    failed: 0,
    unfinished: 0,
    expired: 0,
    invalid: 0,
    lost: 0,
    gone: 0,
    repeated: 0,
    replies: 0,
    inHand: 0,
  };
  readonly #latency = new Latency();
  #spill: WorkerSpill | undefined;
  #warned = false;

  static {
    showAs<RpcWorker>(RpcWorker, (worker) => ({
      requests: worker.#options.requests,
      ...worker.#running.state,
      stats: worker.stats(),
    }));
  }

  /** @throws TypeError or RangeError for a bad option. Nothing is opened yet. */
  constructor(options: RpcWorkerOptions<C>, handlers: RpcHandler<C> | RpcHandlers<C>) {
    super();
    const checks = rpcWorkerChecks as Checks<RpcWorkerOptions<C>>;
    this.#options = checkOptions('RpcWorker', options, checks);
    const { requests, deadLetter, deduplicate = 0, replyTimeout = 1000, by } = this.#options;
    const handlerOf = lookUp(handlers as RpcHandler<AnyCodec>);
    const service = serviceOf(this.#options);
    for (const name of [requests, deadLetter]) {
      if (name !== undefined) service.transport.checkName?.(name);
    }
    if (deadLetter === requests) {
      throw invalidValue('options.deadLetter', 'another queue than options.requests', deadLetter);
    }
    const deadLetters =
      deadLetter === undefined ? undefined : new DeadLetters(service, deadLetter, requests);
    this.#refusing = new Refusing({
      requests,
      deadLetters,
      counts: this.#counts,
      tell: (...told) => this.emit('invalid', ...told),
      failed: (error) => {
        this.#failed(error, undefined, false);
      },
    });
    this.#answered = new Answered(deduplicate);
    const wire = wireOf(service.transport, requests, this.#options.spill);
    const queues = new ReplyQueues(service.transport);
    this.#running = new Running(
      {
        name: 'RpcWorker',
        requests,
        service,
        reopen: this.#options.reopen,
        concurrency: this.#options.concurrency,
        redelivery: this.#options,
        deadLetters,
        acknowledger: this.#acknowledger,
        prepare: async () => {
          this.#openSpill();
        },
        work: (delivery) => this.#work(delivery),
        close: async () => {
          await queues.close();
          this.#spill?.close();
        },
      },
      this,
    );
    const { givenUp } = this.#running;
    const spill = (): WorkerSpill | undefined => this.#spill;
    const bodies = new Bodies(service.codec, requests);
    this.#handling = new Handling({ requests, handlerOf, bodies, givenUp, spill });
    this.#answering = { wire, queues, by, timeout: replyTimeout, givenUp, spill };
  }

  /**
   * Opens the queue and works until it is closed.
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
  stats(): RpcWorkerStats {
    return { ...this.#counts, ...this.#running.counts, latency: this.#latency.stats };
  }

  async #work(delivery: Delivery): Promise<void> {
    this.#counts.received += 1;
    this.#counts.inHand += 1;
    const { requests, deadLetter } = this.#options;
    let isDone = true;
    try {
      const request = readRequest(this.#answering.wire, delivery, [requests, deadLetter]);
      if (request instanceof Error) await this.#refusing.refuse(delivery, request);
      else if (isExpired(request)) this.#counts.expired += 1;
      else isDone = await this.#answerOnce(request, delivery);
    } finally {
      this.#counts.inHand -= 1;
    }
    // Not before the reply is in its queue: else nobody would do it again.
    if (isDone) await this.#acknowledger.done(delivery, requests);
  }

  /** False where another worker is to do it. */
  async #answerOnce(request: Request, delivery: Delivery): Promise<boolean> {
    const { id, replyTo } = request;
    const replies = new Replies(request, delivery.priority, this.#answering);
    const { deduplicate = 0 } = this.#options;
    if (deduplicate === 0 || id === undefined || replyTo === undefined) {
      return this.#answer(request, delivery, replies);
    }
    const key = `${replyTo} ${id}`;
    const known = this.#answered.get(key);
    if (known !== undefined) {
      this.#counts.repeated += 1;
      if (known !== 'in hand') await this.#repeat(known, replies);
      return true;
    }
    this.#answered.begin(key);
    try {
      return await this.#answer(request, delivery, replies);
    } finally {
      this.#answered.end(key, replies.only);
    }
  }

  async #repeat(reply: Packed, replies: Replies): Promise<void> {
    try {
      await replies.repeat(reply);
      this.#replied(replies);
    } catch (error) {
      this.#replied(replies, { error });
    }
  }

  async #answer(request: Request, delivery: Delivery, replies: Replies): Promise<boolean> {
    const { priority, attempts } = delivery;
    const context = new Context(request, priority, attempts, this.#running.givenUp);
    const begun = now();
    try {
      if (!(await this.#tryToAnswer(request, context, replies))) return false;
      this.#replied(replies);
    } catch (error) {
      this.#replied(replies, { error });
    } finally {
      context.end();
    }
    this.#latency.record(begun);
    return true;
  }

  /** False where it was given up for another worker. Rejects with what keeps it from telling the host of a failure. */
  async #tryToAnswer(request: Request, context: Context, replies: Replies): Promise<boolean> {
    try {
      const answered = this.#handling.handle(request, context, replies);
      if (answered !== undefined) await answered;
      this.#counts.processed += 1;
    } catch (error) {
      // To do again what was answered in part would answer that part twice.
      if (this.#running.leavesUnfinished && replies.count === 0) {
        this.#counts.unfinished += 1;
        return false;
      }
      this.#counts.failed += 1;
      const isTold = replies.wanted;
      if (isTold) await replies.fail(toldError(error, this.#options.stacks === true));
      this.#failed(error, request.method, isTold && !replies.gone);
    }
    return true;
  }

  #openSpill(): void {
    const { requests, spill = false, maxBodySize = MAX_BODY_SIZE } = this.#options;
    if (spill) this.#spill = new WorkerSpill(requests, maxBodySize);
  }

  /** Counts what became of them. No host ends the worker: `failure` is what its queue answered. */
  #replied(replies: Replies, failure?: { readonly error: unknown }): void {
    this.#counts.replies += replies.count;
    if (failure !== undefined || replies.gone) this.#counts.gone += 1;
    if (failure !== undefined) this.#failed(failure.error, undefined, false);
  }

  #failed(error: unknown, method: string | undefined, told: boolean): void {
    apart(() => {
      if (this.emit('failure', { error, method, told }) || told || this.#warned) return;
      this.#warned = true;
      warnFailure(error, this.#options.requests);
    });
  }
}
