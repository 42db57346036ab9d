import { EventEmitter } from 'node:events';
import type { Observable } from 'rxjs';
import type { Transform } from 'node:stream';
import type { AnyCodec } from '../codec/codec.js';
import { requesting, traced, type RequestOperation } from '../base/channels.js';
import { codeOf } from '../base/code-of.js';
import { unspilledError } from '../base/errors.js';
import { showAs } from '../base/inspect.js';
import { checkOptions, type Checks } from '../base/options.js';
import { nextTick } from '../base/timers.js';
import { withDeadline } from '../service/deadline.js';
import { Asking } from './asking.js';
import { Bodies } from './bodies.js';
import type { Sink } from './call.js';
import type { RpcHostStats } from './calls.js';
import type {
  AnyBody,
  AnyMethods,
  MethodOf,
  ReplyValue,
  RequestBody,
  WithMethod,
} from './contract.js';
import {
  checkReplies,
  notifyChecks,
  patienceOf,
  requestAllChecks,
  requestChecks,
  rpcHostChecks,
  type NotifyOptions,
  type RequestAllOptions,
  type RequestOptions,
  type RpcHostEvents,
  type RpcHostOptions,
} from './host-options.js';
import { serviceOf } from './options.js';
import { ReplyStream, type ValueSink } from './reply-stream.js';
import { requestEach, type Tasks } from './request-all.js';
import { RequestTransform } from './request-transform.js';
import { allInto, lastOf } from './sinks.js';
import { tracedSink, withTrace } from './traced.js';
import { wireOf } from './wire/wire-of.js';
import type { Wire } from './wire/wire.js';

/**
 * Sends requests to one queue, and gets the replies of whichever worker took them in a queue of its own, by the protocol MQ1:
 * hosts and workers may be of any language, and any number of each may share the request queue.
 *
 * `H` is the type of the workers' handlers: with it, methods, what they take and what they return are checked.
 *
 * @example
 * ```ts
 * await using host = new RpcHost<typeof handlers>({ requests: '/jobs', codec: json });
 * console.log(await host.request([1, 2], { method: 'add' }));
 * for await (const value of host.requestMany(3, { method: 'count' })) console.log(value);
 * ```
 */
export class RpcHost<
  H extends object = AnyMethods,
  C extends AnyCodec = AnyBody,
> extends EventEmitter<RpcHostEvents> {
  readonly #options: RpcHostOptions<C>;
  readonly #bodies: Bodies;
  readonly #wire: Wire;
  readonly #asking: Asking;
  #closed: Promise<void> | undefined;

  static {
    showAs<RpcHost>(RpcHost, (host) => ({
      requests: host.#options.requests,
      open: host.#asking.isOpen,
      closed: host.#closed !== undefined,
      stats: host.stats(),
    }));
  }

  /** @throws TypeError or RangeError for a bad option. The queues are opened by the first use. */
  constructor(options: RpcHostOptions<C>) {
    super();
    this.#options = checkOptions('RpcHost', options, rpcHostChecks as Checks<RpcHostOptions<C>>);
    const { requests, reopen, replies, spill, maxBodySize } = this.#options;
    const service = serviceOf(this.#options);
    service.transport.checkName?.(requests);
    this.#bodies = new Bodies(service.codec, requests);
    this.#wire = wireOf(service.transport, requests, spill);
    this.#asking = new Asking({
      service,
      requests,
      wire: this.#wire,
      reopen,
      replies: checkReplies(replies),
      spill: { spill, maxBodySize },
      tell: {
        invalid: (...told) => this.emit('invalid', ...told),
        unacknowledged: (...told) => this.emit('unacknowledged', ...told),
      },
    });
  }

  /**
   * Opens the request queue, and makes the one for the replies. Every other method does it too. From then on it keeps
   * the process alive until it is closed.
   *
   * @returns rejects as `MessageQueue.open` throws; the next call tries again
   */
  async open(): Promise<this> {
    await this.#asking.open();
    return this;
  }

  /**
   * Sends a request.
   *
   * @param body - a value for the codec; `undefined` is an empty body
   * @returns the value of the reply, of several the last one; `undefined` for an empty one that the codec cannot
   * decode. Rejects with an RpcError where the worker tells of a failure, and with `ETIMEDOUT`, AbortError, `EMSGSIZE`,
   * `ERR_MQ_ENCODE`, `ERR_MQ_ENVELOPE` (`meta` is too long), InvalidMessageError, `ERR_MQ_CLOSED`
   */
  async request<M extends MethodOf<H>>(
    body: RequestBody<H, C, M>,
    ...[options]: WithMethod<H, M, RequestOptions>
  ): Promise<ReplyValue<H, C, M>> {
    const checked = checkOptions('RpcHost.request()', options, requestChecks);
    patienceOf(checked);
    return (await this.#request(body, checked)) as ReplyValue<H, C, M>;
  }

  /**
   * As `request`, with the values of all replies. Nothing is sent before it is subscribed to, or iterated over. Of a request
   * that was sent again they are the replies to one attempt: the one that was answered first.
   *
   * @throws TypeError or RangeError for a bad option
   */
  requestMany<M extends MethodOf<H>>(
    body: RequestBody<H, C, M>,
    ...[options]: WithMethod<H, M, RequestOptions>
  ): ReplyStream<ReplyValue<H, C, M>> {
    const checked = checkOptions('RpcHost.requestMany()', options, requestChecks);
    patienceOf(checked);
    return new ReplyStream((sink: ValueSink<ReplyValue<H, C, M>>) =>
      this.#requestMany(body, checked, sink as ValueSink<unknown>),
    );
  }

  /**
   * A request for each task; emits the values of the replies as they come. The next task is taken when one of the
   * `concurrency` places is free, so that a generator is asked for no more than that; an Observable cannot be
   * slowed, and its tasks wait in memory. The first failure ends it: to go on after one, use `mergeMap` over `request`.
   *
   * @throws TypeError or RangeError for a bad option
   */
  requestAll<M extends MethodOf<H>>(
    tasks: Tasks<RequestBody<H, C, M>>,
    ...[options]: WithMethod<H, M, RequestAllOptions>
  ): Observable<ReplyValue<H, C, M>> {
    const checked = checkOptions('RpcHost.requestAll()', options, requestAllChecks);
    patienceOf(checked);
    const { concurrency = 1, ...each } = checked;
    const ask = (task: unknown, signal: AbortSignal): Promise<unknown> =>
      this.#request(task, { ...each, signal });
    const { requests } = this.#options;
    return requestEach(tasks, ask, {
      concurrency,
      signal: each.signal,
      queue: requests,
    }) as Observable<ReplyValue<H, C, M>>;
  }

  /**
   * A Transform stream in object mode: tasks in, the values of their replies out, in the order of the tasks. `concurrency`
   * requests are under way at one time. A failure destroys it.
   *
   * @throws TypeError or RangeError for a bad option
   */
  requestTransform<M extends MethodOf<H>>(
    ...[options]: WithMethod<H, M, RequestAllOptions>
  ): Transform {
    const checked = checkOptions('RpcHost.requestTransform()', options, requestAllChecks);
    patienceOf(checked);
    const { concurrency = 1, ...each } = checked;
    const ask = (task: unknown, signal: AbortSignal): Promise<unknown> =>
      this.#request(task, { ...each, signal });
    return new RequestTransform(ask, concurrency, each.signal);
  }

  /**
   * Sends what nobody answers. The timeout is for the room in the queue alone.
   *
   * @returns resolves when the queue has it; rejects with `ETIMEDOUT`, AbortError, `EMSGSIZE`, `ERR_MQ_ENCODE`,
   * `ERR_MQ_ENVELOPE`, `ERR_MQ_CLOSED`
   */
  async notify<M extends MethodOf<H>>(
    body: RequestBody<H, C, M>,
    ...[options]: WithMethod<H, M, NotifyOptions>
  ): Promise<void> {
    const given: NotifyOptions | undefined = options;
    const checked = checkOptions('RpcHost.notify()', given, notifyChecks);
    if (!requesting.hasSubscribers) return this.#notify(body, checked);
    const operation = this.#operationOf(checked, true);
    return traced(requesting, operation, () => this.#notify(body, checked, operation));
  }

  /** What it has done so far. */
  stats(): RpcHostStats {
    const { counts, open, latency } = this.#asking.calls;
    return { ...counts, open, latency: latency.stats };
  }

  /**
   * Removes its reply queue. Requests that wait for a reply reject with `ERR_MQ_CLOSED`. The request queue stays, as it is
   * not this host's alone. Idempotent.
   *
   * @returns when that is done
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #request(body: unknown, options: RequestOptions): Promise<unknown> {
    const ask = (operation?: RequestOperation): Promise<unknown> =>
      lastOf(this.#bodies, (sink) => this.#begin(body, options, sink, operation));
    if (!requesting.hasSubscribers) return ask();
    const operation = this.#operationOf(options, false);
    return traced(requesting, operation, () => ask(operation));
  }

  #requestMany(body: unknown, options: RequestOptions, sink: ValueSink<unknown>): () => void {
    if (!requesting.hasSubscribers) {
      return this.#begin(body, options, allInto(this.#bodies, sink));
    }
    const operation = this.#operationOf(options, false);
    return tracedSink(operation, sink, (told) =>
      this.#begin(body, options, allInto(this.#bodies, told), operation),
    );
  }

  #begin(
    body: unknown,
    options: RequestOptions,
    sink: Sink,
    operation?: RequestOperation,
  ): () => void {
    return this.#asking.begin(() => this.#bodies.encode(body), options, sink, operation);
  }

  async #notify(
    body: unknown,
    { method, meta, priority = 0, ...limits }: NotifyOptions,
    operation?: RequestOperation,
  ): Promise<void> {
    const { requests } = this.#options;
    const bytes = this.#bodies.encode(body);
    let message = this.#wire.packRequest({ method, meta }, bytes);
    const { sender, largest } = await this.#asking.open(limits.signal);
    if (operation !== undefined) {
      const header = withTrace(this.#wire, { method, meta }, bytes, operation, largest);
      message = this.#wire.packRequest(header, bytes);
    }
    try {
      await withDeadline(requests, 'mq_timedsend', limits, (signal) =>
        sender.send(message.body, { ...message.properties, priority, signal }),
      );
    } catch (error) {
      if (codeOf(error) !== 'EMSGSIZE') throw error;
      const who = this.#wire.spills ? 'notification' : 'nobody';
      throw unspilledError(requests, bytes.length, who, error);
    }
    this.#asking.calls.counts.notifications += 1;
  }

  #operationOf({ method, priority = 0 }: NotifyOptions, notification: boolean): RequestOperation {
    return { queue: this.#options.requests, method, priority, notification, attempt: 0 };
  }

  async #close(): Promise<void> {
    try {
      await this.#asking.close();
    } finally {
      nextTick(() => this.emit('close'));
    }
  }
}
