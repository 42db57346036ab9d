import { EventEmitter } from 'node:events';
import type { Observable } from 'rxjs';
import type { Transform } from 'node:stream';
import type { AnyCodec } from '../codec/codec.js';
import { apart } from '../base/apart.js';
import { AbortError, hostClosedError } from '../base/errors.js';
import { showAs } from '../base/inspect.js';
import { checkOptions, type Checks } from '../base/options.js';
import { nextTick } from '../base/timers.js';
import { Acknowledger } from '../service/acknowledge.js';
import { withDeadline } from '../service/deadline.js';
import { doAll } from '../service/do-all.js';
import type { Service } from '../service/options.js';
import { orAbort } from '../service/or-abort.js';
import { messageOf } from '../service/values.js';
import type { Delivery, Sender } from '../transport/transport.js';
import { Bodies } from './bodies.js';
import { Call, type Ask, type Sink } from './call.js';
import { Calls, type RpcHostStats } from './calls.js';
import type {
  AnyBody,
  AnyMethods,
  MethodOf,
  ReplyValue,
  RequestBody,
  WithMethod,
} from './contract.js';
import type { EnvelopeError } from './envelope/envelope-error.js';
import { decodeReply } from './envelope/reply.js';
import { encodeRequest } from './envelope/request.js';
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
import { OwnQueue } from './own-queue.js';
import { ReplyStream, type ValueSink } from './reply-stream.js';
import { requestEach, type Tasks } from './request-all.js';
import { RequestTransform } from './request-transform.js';

const REPLIES = 4;

interface Opened {
  readonly sender: Sender;
  readonly own: OwnQueue;
  /** Of the ids, before the counter. */
  readonly prefix: string;
}

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
  readonly #service: Service;
  readonly #bodies: Bodies;
  readonly #calls = new Calls();
  readonly #acknowledger = new Acknowledger((...told) => this.emit('unacknowledged', ...told));
  #count = 0;
  #opening: Promise<Opened> | undefined;
  /** Once it is open, until it closes: then a request is sent at once. */
  #opened: Opened | undefined;
  /** How many wait for that, and go first. */
  #unbegun = 0;
  #closed: Promise<void> | undefined;

  static {
    showAs<RpcHost>(RpcHost, (host) => ({
      requests: host.#options.requests,
      open: host.#opening !== undefined,
      closed: host.#closed !== undefined,
      stats: host.stats(),
    }));
  }

  /** @throws TypeError or RangeError for a bad option. The queues are opened by the first use. */
  constructor(options: RpcHostOptions<C>) {
    super();
    this.#options = checkOptions('RpcHost', options, rpcHostChecks as Checks<RpcHostOptions<C>>);
    const { requests } = this.#options;
    this.#service = serviceOf(this.#options);
    this.#service.transport.checkName?.(requests);
    this.#bodies = new Bodies(this.#service.codec, requests);
  }

  /**
   * Opens the request queue, and makes the one for the replies. Every other method does it too. From then on it keeps
   * the process alive until it is closed.
   *
   * @returns rejects as `MessageQueue.open` throws; the next call tries again
   */
  async open(): Promise<this> {
    await this.#open();
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
   * As `request`, with the values of all replies. Nothing is sent before it is subscribed to, or iterated over. Replies that
   * were doubled by a retry are not told apart.
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
      this.#begin(body, checked, this.#manyInto(sink as ValueSink<unknown>)),
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
    const { method, meta, priority = 0, ...limits } = checked;
    const { requests } = this.#options;
    const message = encodeRequest({ method, meta }, this.#bodies.encode(body));
    const { sender } = await this.#openFor(limits.signal);
    await withDeadline(requests, 'mq_timedsend', limits, (signal) =>
      sender.send(message, { priority, signal }),
    );
    this.#calls.counts.notifications += 1;
  }

  /** What it has done so far. */
  stats(): RpcHostStats {
    return { ...this.#calls.counts, open: this.#calls.open };
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
    return new Promise((resolve, reject) => {
      let last: [body: Buffer, priority: number];
      this.#begin(body, options, {
        reply: (...taken) => {
          last = [taken[0], taken[1]];
        },
        end: () => {
          try {
            resolve(this.#bodies.decode(...last));
          } catch (error) {
            reject(error as Error);
          }
        },
        fail: reject,
      });
    });
  }

  /** Decodes each; an empty last one is only the end. */
  #manyInto(sink: ValueSink<unknown>): Sink {
    let failed = false;
    return {
      reply: (body, priority, more) => {
        if (failed || (!more && body.length === 0)) return;
        let value: unknown;
        try {
          value = this.#bodies.decode(body, priority);
        } catch (error) {
          failed = true;
          sink.fail(error as Error);
          return;
        }
        sink.next(value);
      },
      end: () => {
        if (!failed) sink.end();
      },
      fail: (error) => {
        if (!failed) sink.fail(error);
      },
    };
  }

  /** @returns has nobody wait for the replies any more */
  #begin(body: unknown, options: RequestOptions, sink: Sink): () => void {
    let cancelled = false;
    let call: Call | undefined;
    const begin = (opened: Opened): void => {
      if (!cancelled) call = this.#call(body, options, opened, sink);
    };
    const isAborted = options.signal?.aborted === true;
    if (this.#opened !== undefined && this.#unbegun === 0 && !isAborted) begin(this.#opened);
    else
      this.#beginLater(options.signal, begin).catch((error: unknown) => {
        if (!cancelled) sink.fail(error as Error);
      });
    return () => {
      cancelled = true;
      call?.cancel();
    };
  }

  async #beginLater(
    signal: AbortSignal | undefined,
    begin: (opened: Opened) => void,
  ): Promise<void> {
    this.#unbegun += 1;
    let opened: Opened;
    try {
      opened = await this.#openFor(signal);
    } finally {
      this.#unbegun -= 1;
    }
    begin(opened);
  }

  #call(body: unknown, options: RequestOptions, opened: Opened, sink: Sink): Call | undefined {
    const { sender } = opened;
    try {
      const way = { queue: this.#options.requests, sender, calls: this.#calls };
      const call = new Call(this.#ask(body, options, opened), way, sink);
      call.begin();
      return call;
    } catch (error) {
      sink.fail(error as Error);
      return undefined;
    }
  }

  #ask(body: unknown, options: RequestOptions, { own, prefix }: Opened): Ask {
    const { method, meta, priority = 0 } = options;
    this.#count += 1;
    const id = `${prefix}.${this.#count}`;
    return {
      ...patienceOf(options),
      id,
      // Of its own: it may be sent again later.
      header: { id, replyTo: own.name, method, meta: meta && { ...meta } },
      body: this.#bodies.encode(body),
      priority,
    };
  }

  async #openFor(signal: AbortSignal | undefined): Promise<Opened> {
    const { requests } = this.#options;
    if (signal?.aborted === true) throw new AbortError(signal.reason, requests);
    return signal === undefined ? this.#open() : orAbort(this.#open(), signal, requests);
  }

  async #open(): Promise<Opened> {
    if (this.#closed !== undefined) throw hostClosedError(this.#options.requests);
    this.#opening ??= this.#openBoth();
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  async #openBoth(): Promise<Opened> {
    const { transport, opening } = this.#service;
    const { requests, reopen = true } = this.#options;
    const given = checkReplies(this.#options.replies);
    const sender = await transport.openSender(requests, { ...opening, follow: reopen });
    try {
      const { maxMessageSize } = await transport.stat(requests);
      const own = await OwnQueue.create(transport, {
        maxMessages: given.maxMessages ?? REPLIES,
        maxMessageSize: given.maxMessageSize ?? maxMessageSize,
      });
      const opened = { sender, own, prefix: own.word };
      void this.#read(opened);
      this.#opened = opened;
      return opened;
    } catch (error) {
      await sender.close();
      throw error;
    }
  }

  /** Until it is closed, whoever waits for what: a worker must never wait for room because this host does. */
  async #read(opened: Opened): Promise<void> {
    const { receiver } = opened.own;
    try {
      for (;;) {
        this.#take(await receiver.next(), opened.own.name);
        // Who waited for it goes first: a next request is to be on its way before its reply is waited for.
        await new Promise<void>(nextTick);
      }
    } catch (error) {
      if (this.#closed !== undefined) return;
      // Without replies there is nothing to wait for. The next request opens both anew.
      this.#opened = undefined;
      this.#opening = undefined;
      this.#calls.failAll(error as Error);
      await closeBoth(opened).catch(() => undefined);
    }
  }

  #take(delivery: Delivery, queue: string): void {
    void this.#acknowledger.done(delivery, queue);
    let reply;
    try {
      reply = decodeReply(delivery.body);
    } catch (error) {
      this.#calls.counts.invalid += 1;
      apart(() => this.emit('invalid', messageOf(delivery), error as EnvelopeError));
      return;
    }
    apart(() => this.#calls.take(reply, delivery.priority));
  }

  async #close(): Promise<void> {
    this.#opened = undefined;
    this.#calls.failAll(hostClosedError(this.#options.requests));
    const opened = await this.#opening?.catch(() => undefined);
    this.#opened = undefined;
    try {
      if (opened !== undefined) await closeBoth(opened);
    } finally {
      this.#calls.failAll(hostClosedError(this.#options.requests));
      nextTick(() => this.emit('close'));
    }
  }
}

async function closeBoth({ own, sender }: Opened): Promise<void> {
  await doAll([() => own.close(), () => sender.close()]);
}
