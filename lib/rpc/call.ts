import { AbortListener } from '../base/abort-listener.js';
import type { RequestOperation } from '../base/channels.js';
import { codeOf } from '../base/code-of.js';
import { AbortError, noReplyError, timeoutError, unspilledError } from '../base/errors.js';
import { clearTimeout, monotonic, now, setTimeout } from '../base/timers.js';
import { atLeast } from '../queue/wait/wait-timers.js';
import type { Sender } from '../transport/transport.js';
import type { Calls, Waiting } from './calls.js';
import type { Reply } from './envelope/reply.js';
import type { RequestHeader } from './envelope/request.js';
import type { SpilledBody } from './envelope/spill.js';
import { RpcError } from './rpc-error.js';
import { readReply, type CallSpill } from './spill/host.js';
import { dataOfReply } from './told-error.js';
import type { Packed, Wire } from './wire/wire.js';

/** The most that the envelope can tell. */
const MOST_ATTEMPTS = 65_535;
const LONGEST_BACK_OFF = 30_000;
const NONE = new Uint8Array(0);

/** What becomes of a request. One of the last two is called, once. */
export interface Sink {
  /** @param more - whether others follow */
  reply(body: Buffer, priority: number, more: boolean): void;
  end(): void;
  fail(error: Error): void;
}

/** How long to wait for what. */
export interface Patience {
  /** Milliseconds until it fails. */
  readonly timeout: number;
  /** Milliseconds until it is sent again. */
  readonly attemptTimeout: number;
  /** How often that is done. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
}

/** What one request is made of. */
export interface Ask {
  readonly id: string;
  readonly header: RequestHeader;
  readonly body: Uint8Array;
  readonly priority: number;
  readonly patience: Patience;
  /** What a tracer hears of it, where there is one. */
  readonly operation: RequestOperation | undefined;
  /** Of a host that has large bodies go through shared memory. */
  readonly spill: CallSpill | undefined;
}

/** Where it goes. */
export interface Way {
  /** The queue of the requests. */
  readonly queue: string;
  readonly sender: Sender;
  readonly wire: Wire;
  readonly calls: Calls;
}

/** One request, from before it is sent until nobody waits for its replies any more. */
export class Call implements Waiting {
  readonly #ask: Ask;
  readonly #way: Way;
  readonly #sink: Sink;
  /** Of a send that waits for room. */
  #wanted: AbortController | undefined;
  readonly #deadline: number | undefined;
  readonly #begun = now();
  #timer: NodeJS.Timeout | undefined;
  #nextTry: NodeJS.Timeout | undefined;
  #listener: AbortListener | undefined;
  #attempt = 0;
  /** Whether a queue has it, and not only this process. */
  #sent = false;
  /** Whether it is not to be sent again: it is over, or being answered. */
  #unwanted = false;
  #over = false;
  /** Its body, where that was too large for a message. */
  #spilled: SpilledBody | undefined;
  /** Which attempt its first reply was of: those to another one would double it. */
  #answered: number | undefined;
  /** Of replies that are not in their messages: those behind wait, so that the order stays. */
  #reading: Promise<void> | undefined;

  constructor(ask: Ask, way: Way, sink: Sink) {
    this.#ask = ask;
    this.#way = way;
    this.#sink = sink;
    const { timeout } = ask.patience;
    if (timeout !== Infinity) this.#deadline = Math.ceil(monotonic() + timeout);
  }

  /** The reply may come before the next line runs, so it is known first. */
  begin(): void {
    const { timeout, signal } = this.#ask.patience;
    this.#way.calls.add(this.#ask.id, this);
    if (timeout !== Infinity) {
      this.#timer = setTimeout(() => {
        this.#expire();
      }, atLeast(timeout));
    }
    if (signal !== undefined) {
      this.#listener = new AbortListener(signal, () => {
        this.fail(new AbortError(signal.reason, this.#way.queue));
      });
    }
    this.#send();
  }

  take(reply: Reply, priority: number): void {
    // Who answers it has it, also where its transport has not said so yet: there is nothing to give up.
    if (reply.attempt === this.#attempt) this.#wanted = undefined;
    // It is being worked on: to have that done again would double what came already.
    this.#sendNoMore();
    this.#answered ??= reply.attempt;
    if (reply.attempt !== this.#answered) {
      this.#way.calls.counts.late += 1;
      return;
    }
    if (reply.spill === undefined && this.#reading === undefined) {
      this.#taken(reply, priority);
      return;
    }
    this.#reading = this.#takeLater(this.#reading, reply, priority);
  }

  async #takeLater(
    before: Promise<void> | undefined,
    reply: Reply,
    priority: number,
  ): Promise<void> {
    await before;
    try {
      const { spill, body } = reply;
      const { queue } = this.#way;
      const read = spill === undefined ? body : await readReply(this.#ask.spill, spill, queue);
      if (!this.#over) this.#taken({ ...reply, body: read }, priority);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #taken(reply: Reply, priority: number): void {
    const { counts } = this.#way.calls;
    if (!reply.more) this.#countAnswer();
    if (reply.error !== undefined) {
      counts.failed += 1;
      const { code, message } = reply.error;
      const error = new RpcError(code, message, { data: dataOfReply(reply) });
      this.fail(reply.by === undefined ? error : Object.assign(error, { by: reply.by }));
      return;
    }
    if (!reply.more) this.#forget();
    this.#sink.reply(reply.body, priority, reply.more);
    if (!reply.more) this.#sink.end();
  }

  #countAnswer(): void {
    const { counts, latency } = this.#way.calls;
    counts.answered += 1;
    latency.record(this.#begun);
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#forget();
    this.#sink.fail(error);
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    if (!this.#over) this.#forget();
  }

  #forget(): void {
    this.#over = true;
    this.#way.calls.forget(this.#ask.id);
    clearTimeout(this.#timer);
    this.#listener?.remove();
    this.#ask.spill?.end();
    this.#sendNoMore();
  }

  #sendNoMore(): void {
    clearTimeout(this.#nextTry);
    this.#unwanted = true;
    this.#wanted?.abort();
  }

  #expire(): void {
    const { queue, calls } = this.#way;
    const { timeout } = this.#ask.patience;
    calls.counts.timedOut += 1;
    this.fail(
      this.#sent
        ? noReplyError(queue, timeout, this.#attempt + 1)
        : timeoutError(queue, 'mq_timedsend', timeout),
    );
  }

  /** At once where there is room: a request that has to wait for nothing makes no promise. */
  #send(): void {
    try {
      const { body, priority } = this.#ask;
      const message = this.#pack(body);
      const { sender } = this.#way;
      const isBare = message.properties === undefined;
      if (isBare && sender.trySend?.(message.body, priority) === true) this.#wasSent();
      else this.#sendLater(message);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  #wasSent(): void {
    this.#sent = true;
    if (!this.#unwanted) this.#planNext();
  }

  #sendLater(message: Packed): void {
    this.#sendWhenRoom(message).then(
      () => {
        this.#wasSent();
      },
      (error: unknown) => {
        if (!this.#unwanted) this.fail(error as Error);
      },
    );
  }

  async #sendWhenRoom({ body: bytes, properties }: Packed): Promise<void> {
    const { body, priority } = this.#ask;
    const { sender } = this.#way;
    // It waits for as long as anybody wants a reply. To make a signal takes longer than to send.
    this.#wanted = new AbortController();
    try {
      await sender.send(bytes, { ...properties, priority, signal: this.#wanted.signal });
    } catch (error) {
      if (this.#spilled !== undefined || !isTooLarge(error)) throw error;
      await this.#spill(error);
      if (!this.#unwanted) await this.#sendWhenRoom(this.#pack(body));
    }
  }

  /** The file stays until nobody waits for a reply any more, and so for all attempts. */
  async #spill(cause: unknown): Promise<void> {
    const { body, spill } = this.#ask;
    if (spill === undefined) {
      const { queue, wire } = this.#way;
      throw unspilledError(queue, body.length, wire.spills ? 'host' : 'nobody', cause);
    }
    this.#spilled = await spill.write(body);
  }

  #pack(body: Uint8Array): Packed {
    const { header, spill } = this.#ask;
    const { id, replyTo, method, traceparent, tracestate, meta } = header;
    const told = spill && (this.#spilled ?? { name: spill.name });
    const [deadline, attempt] = [this.#deadline, this.#attempt];
    // By their names: a copy of the header with additions takes twice as long as all the rest.
    return this.#way.wire.packRequest(
      { id, replyTo, method, deadline, attempt, traceparent, tracestate, meta, spill: told },
      this.#spilled === undefined ? body : NONE,
    );
  }

  /** When to send it again, from when the queue had it: it does not age while it waits for room. */
  #planNext(): void {
    const { attemptTimeout, retries } = this.#ask.patience;
    if (attemptTimeout === Infinity || this.#attempt >= Math.min(retries, MOST_ATTEMPTS)) return;
    const wait = attemptTimeout + backOff(attemptTimeout, this.#attempt);
    if (this.#deadline !== undefined && monotonic() + wait >= this.#deadline) return;
    this.#nextTry = setTimeout(() => {
      this.#attempt += 1;
      if (this.#ask.operation !== undefined) this.#ask.operation.attempt = this.#attempt;
      this.#way.calls.counts.retries += 1;
      this.#send();
    }, atLeast(wait));
  }
}

function isTooLarge(error: unknown): boolean {
  return codeOf(error) === 'EMSGSIZE';
}

/** Longer each time, and each host at another time: those that waited together do not come back together. */
function backOff(attemptTimeout: number, attempt: number): number {
  const most = Math.min(attemptTimeout * 2 ** Math.min(attempt, 30), LONGEST_BACK_OFF);
  return (most * (1 + Math.random())) / 4;
}
