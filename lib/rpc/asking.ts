import { apart } from '../base/apart.js';
import type { RequestOperation } from '../base/channels.js';
import { hostClosedError, timeoutError } from '../base/errors.js';
import type { Message } from '../base/message.js';
import { clearTimeout, nextTick, setTimeout } from '../base/timers.js';
import { atLeast } from '../queue/wait/wait-timers.js';
import { Acknowledger } from '../service/acknowledge.js';
import { doAll } from '../service/do-all.js';
import { OpenOnce } from '../service/open-once.js';
import type { Service } from '../service/options.js';
import { messageOf } from '../service/values.js';
import type { Delivery, Sender } from '../transport/transport.js';
import { atEnd } from './at-end.js';
import { Call, type Ask, type Patience, type Sink } from './call.js';
import { Calls } from './calls.js';
import type { EnvelopeError } from './envelope/envelope-error.js';
import { patienceOf, type ReplyQueueOptions, type RequestOptions } from './host-options.js';
import { OwnQueue } from './own-queue.js';
import { HostSpill } from './spill/host.js';
import { MAX_BODY_SIZE, type SpillOptions } from './spill/options.js';
import { withTrace } from './traced.js';
import type { Wire } from './wire/wire.js';

const REPLIES = 4;

/** What it takes to ask. */
export interface AskingOptions {
  readonly service: Service;
  readonly requests: string;
  readonly wire: Wire;
  readonly reopen: boolean | undefined;
  readonly replies: ReplyQueueOptions;
  readonly spill: SpillOptions;
  /** Each false when nobody listens. */
  readonly tell: {
    invalid(message: Message, error: EnvelopeError): boolean;
    unacknowledged(error: unknown, queue: string): boolean;
  };
}

interface Opened {
  readonly sender: Sender;
  readonly own: OwnQueue;
  /** Bytes of the largest request. */
  readonly largest: number;
  readonly spill: HostSpill | undefined;
}

/** The two queues of a host: requests go to one, and who waits for their replies is found for those from the other. */
export class Asking {
  readonly calls: Calls = new Calls();
  readonly #options: AskingOptions;
  readonly #acknowledger: Acknowledger;
  readonly #opening: OpenOnce<Opened>;
  #count = 0;
  /** Once it is open, until it closes: then a request is sent at once. */
  #opened: Opened | undefined;
  /** How many wait for that, and go first. */
  #unbegun = 0;

  constructor(options: AskingOptions) {
    this.#options = options;
    const open = (signal: AbortSignal): Promise<Opened> => this.#openBoth(signal);
    this.#opening = new OpenOnce(options.requests, open, hostClosedError);
    this.#acknowledger = new Acknowledger((...told) => options.tell.unacknowledged(...told));
  }

  get isOpen(): boolean {
    return this.#opened !== undefined;
  }

  /** @param signal - of who waits for it no longer */
  open(signal?: AbortSignal): Promise<Opened> {
    return this.#opening.get(signal);
  }

  /**
   * Sends a request.
   *
   * @param encode - its body
   * @param operation - what a tracer hears of it, where there is one
   * @returns has nobody wait for the replies any more
   */
  begin(
    encode: () => Uint8Array,
    options: RequestOptions,
    sink: Sink,
    operation?: RequestOperation,
  ): () => void {
    let cancelled = false;
    let call: Call | undefined;
    let unopened: NodeJS.Timeout | undefined;
    const ask = (opened: Opened): Ask => this.#ask(encode, options, opened, operation);
    const begin = (opened: Opened): void => {
      clearTimeout(unopened);
      if (!cancelled) call = this.#call(ask, opened, sink);
    };
    const isAborted = options.signal?.aborted === true;
    if (this.#opened !== undefined && this.#unbegun === 0 && !isAborted) {
      begin(this.#opened);
    } else {
      const fail = (error: unknown): void => {
        clearTimeout(unopened);
        if (!cancelled) sink.fail(error as Error);
        cancelled = true;
      };
      unopened = this.#failUnopened(patienceOf(options), fail);
      this.#beginLater(options.signal, begin).catch(fail);
    }
    return () => {
      clearTimeout(unopened);
      cancelled = true;
      call?.cancel();
    };
  }

  async close(): Promise<void> {
    const closing = this.#opening.close();
    this.#opened = undefined;
    const error = hostClosedError(this.#options.requests);
    this.calls.failAll(error);
    const opened = await closing;
    this.#opened = undefined;
    try {
      if (opened !== undefined) await closeBoth(opened);
    } finally {
      this.calls.failAll(error);
    }
  }

  /** When its time is over: there may be no broker that has the queues. */
  #failUnopened(
    { timeout }: Pick<Patience, 'timeout'>,
    fail: (error: unknown) => void,
  ): NodeJS.Timeout | undefined {
    if (timeout === Infinity) return undefined;
    return setTimeout(() => {
      fail(timeoutError(this.#options.requests, 'mq_open', timeout));
    }, atLeast(timeout));
  }

  async #beginLater(
    signal: AbortSignal | undefined,
    begin: (opened: Opened) => void,
  ): Promise<void> {
    this.#unbegun += 1;
    let opened: Opened;
    try {
      opened = await this.open(signal);
    } finally {
      this.#unbegun -= 1;
    }
    begin(opened);
  }

  #call(ask: (opened: Opened) => Ask, opened: Opened, sink: Sink): Call | undefined {
    const { sender } = opened;
    try {
      const { requests: queue, wire } = this.#options;
      const way = { queue, sender, wire, calls: this.calls };
      const call = new Call(ask(opened), way, sink);
      call.begin();
      return call;
    } catch (error) {
      sink.fail(error as Error);
      return undefined;
    }
  }

  #ask(
    encode: () => Uint8Array,
    options: RequestOptions,
    { own, largest, spill }: Opened,
    operation: RequestOperation | undefined,
  ): Ask {
    const { method, meta, priority = 0 } = options;
    this.#count += 1;
    const id = `${own.word}.${this.#count}`;
    const patience = patienceOf(options);
    const body = encode();
    // Of its own: it may be sent again later.
    const plain = { id, replyTo: own.name, method, meta: meta && { ...meta } };
    const spills = spill !== undefined;
    const header =
      operation === undefined
        ? plain
        : withTrace(this.#options.wire, plain, body, operation, largest, spills);
    // Last of all: what fails before leaves nothing behind.
    return { id, header, body, priority, patience, operation, spill: spill?.begin() };
  }

  async #openBoth(signal: AbortSignal): Promise<Opened> {
    const { service, requests, reopen = true, replies } = this.#options;
    const { transport, opening } = service;
    const sender = await transport.openSender(requests, { ...opening, follow: reopen, signal });
    let spill: HostSpill | undefined;
    try {
      spill = this.#openSpill();
      const { maxMessageSize } = await transport.stat(requests);
      const own = await OwnQueue.create(transport, {
        maxMessages: replies.maxMessages ?? REPLIES,
        maxMessageSize: replies.maxMessageSize ?? maxMessageSize,
        signal,
      });
      const opened = { sender, own, largest: maxMessageSize, spill };
      void this.#read(opened);
      this.#opened = opened;
      return opened;
    } catch (error) {
      spill?.close();
      await sender.close();
      throw error;
    }
  }

  #openSpill(): HostSpill | undefined {
    const { requests, spill: options } = this.#options;
    const { spill = false, maxBodySize = MAX_BODY_SIZE } = options;
    return spill ? new HostSpill(requests, maxBodySize, atEnd) : undefined;
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
      if (this.#opening.isClosed) return;
      // Without replies there is nothing to wait for. The next request opens both anew.
      this.#opened = undefined;
      this.#opening.forget();
      this.calls.failAll(error as Error);
      await closeBoth(opened).catch(() => undefined);
    }
  }

  #take(delivery: Delivery, queue: string): void {
    void this.#acknowledger.done(delivery, queue);
    let reply;
    try {
      reply = this.#options.wire.readReply(delivery);
    } catch (error) {
      this.calls.counts.invalid += 1;
      apart(() => this.#options.tell.invalid(messageOf(delivery), error as EnvelopeError));
      return;
    }
    apart(() => this.calls.take(reply, delivery.priority));
  }
}

async function closeBoth({ own, sender, spill }: Opened): Promise<void> {
  // Its files last: until its queue is gone workers may still make some.
  await doAll([() => own.close(), () => sender.close(), async () => spill?.close()]);
}
