import { EventEmitter } from 'node:events';
import { Observable, share } from 'rxjs';
import type { AnyCodec, Decoded, Encoded } from '../codec/codec.js';
import { Decoder } from '../codec/decoder.js';
import type { raw } from '../codec/raw.js';
import { codeOf } from '../base/code-of.js';
import { closedError } from '../base/errors.js';
import { Latency } from '../base/latency.js';
import type { Message } from '../base/message.js';
import { showAs } from '../base/inspect.js';
import { checkOptions, type Checks } from '../base/options.js';
import type { WaitOptions } from '../queue/use/cancellation.js';
import { waitChecks } from '../queue/use/receive.js';
import { presentScope } from '../base/scope.js';
import { nextTick, now } from '../base/timers.js';
import type { Delivery, Receiver, Sender } from '../transport/transport.js';
import { Acknowledger } from './acknowledge.js';
import {
  hostChecks,
  taskChecks,
  type HostEvents,
  type HostOptions,
  type HostStats,
  type TaskOptions,
} from './host-options.js';
import { refuseSameQueue, withDefaults, type Service } from './options.js';
import { withDeadline } from './deadline.js';
import { doAll } from './do-all.js';
import { OpenOnce } from './open-once.js';
import { ResponseLine, type ResponseTicket } from './response-line.js';
import { drop } from './left-over.js';
import { messageOf, sendValue } from './values.js';
import { Strays } from './strays.js';
import { Unread } from './unread.js';
import { warnUnclaimed } from '../base/warnings.js';

interface Opened {
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly line: ResponseLine;
  readonly unread: Unread;
}

/**
 * Sends tasks to one queue and receives the responses of any number of workers from another.
 *
 * Both queues are bounded. A host that goes on sending and does not read responses waits for ever
 * once both are full, with the default depth of 1 after two or three tasks: read while you send.
 *
 * @example
 * ```ts
 * await using host = new Host({ requests: '/jobs', responses: '/results', codec: text });
 * await host.send('task-1');
 * console.log(await host.receive({ timeout: 1000 }));
 * ```
 */
export class Host<C extends AnyCodec = typeof raw> extends EventEmitter<HostEvents> {
  /**
   * The responses, hot and shared: reading begins with the first subscriber and stops with the last.
   * A response that nobody was there for stays for the next reader. Completes when the host closes.
   */
  readonly responses$: Observable<Decoded<C>>;
  readonly #options: HostOptions<C>;
  readonly #service: Service;
  readonly #decoder: Decoder;
  readonly #strays: Strays;
  readonly #closing = new AbortController();
  /** The queues that are this host's to unlink: another program's must stay. */
  readonly #used = new Set<string>();
  readonly #acknowledger = new Acknowledger((...told) => this.emit('unacknowledged', ...told));
  readonly #latency = new Latency();
  readonly #opening: OpenOnce<Opened>;
  #received = 0;
  #closed: Promise<void> | undefined;

  static {
    showAs<Host>(Host, (host) => {
      const { requests, responses } = host.#options;
      return {
        requests,
        responses,
        open: host.#opening.isBegun,
        closed: host.#closed !== undefined,
        stats: host.stats(),
      };
    });
  }

  /** @throws TypeError or RangeError for a bad option. The queues are opened by the first use. */
  constructor(options: HostOptions<C>) {
    super();
    this.#options = checkOptions('Host', options, hostChecks as Checks<HostOptions<C>>);
    const { requests, responses } = this.#options;
    refuseSameQueue(requests, responses);
    this.#service = withDefaults(this.#options);
    for (const name of [requests, responses]) this.#service.transport.checkName?.(name);
    this.#opening = new OpenOnce(requests, (signal) => this.#openBoth(signal), closedError);
    this.#decoder = new Decoder(responses, this.#options, false);
    this.#strays = new Strays({
      emitter: this,
      acknowledger: this.#acknowledger,
      service: this.#service,
      responses,
      alone: this.#options.unlink !== false,
    });
    this.responses$ = new Observable<Decoded<C>>((subscriber) => {
      const scope = presentScope();
      const fail = (error: unknown): void => {
        if (this.#closing.signal.aborted) subscriber.complete();
        else subscriber.error(error);
      };
      this.#opening.get().then(({ line }) => {
        if (subscriber.closed) return;
        const ticket: ResponseTicket = {
          scope,
          deliver: (delivery) => {
            try {
              for (const value of this.#decode(delivery)) subscriber.next(value);
            } catch (error) {
              subscriber.error(error);
            }
            if (!subscriber.closed) line.join(ticket);
          },
          fail,
        };
        subscriber.add(() => {
          line.leave(ticket);
        });
        line.join(ticket);
      }, fail);
    }).pipe(share());
  }

  /**
   * Opens both queues, and gives what an earlier run left there to `stale`. Every other method does
   * it too.
   *
   * @returns rejects as `MessageQueue.open` throws; the next call tries again
   */
  async open(): Promise<this> {
    await this.#opening.get();
    return this;
  }

  /**
   * Sends a task: a value for the codec, or a Message with its own priority. The timeout counts from
   * when the queues are open.
   *
   * @returns resolves when the queue has it, not when a worker has; rejects with `ETIMEDOUT`,
   * AbortError, `EMSGSIZE`, `ERR_MQ_ENCODE`, `ERR_MQ_CLOSED`
   */
  async send(task: Encoded<C> | Message, options?: TaskOptions): Promise<void> {
    const { priority, ...limits } = checkOptions('Host.send()', options, taskChecks);
    const { requests } = this.#options;
    const opened = await this.#opening.get(limits.signal);
    const { sender, unread, line } = opened;
    await this.#strays.sweep(line);
    const begun = now();
    await unread.explain(limits.timeout, () =>
      withDeadline(requests, 'mq_timedsend', limits, async (signal) => {
        const properties = { signal, ...(priority !== undefined && { priority }) };
        await sendValue(sender, this.#service.codec, task, requests, properties);
      }),
    );
    this.#latency.record(begun);
  }

  /**
   * The next response, whichever task it answers. The timeout counts from when the queues are open.
   *
   * @returns rejects with `ETIMEDOUT`, AbortError, InvalidMessageError, `ERR_MQ_CLOSED`
   */
  async receive(options?: WaitOptions): Promise<Decoded<C>> {
    const limits = checkOptions('Host.receive()', options, waitChecks);
    const { responses } = this.#options;
    const { line } = await this.#opening.get(limits.signal, responses);
    return withDeadline(responses, 'mq_timedreceive', limits, async (signal) => {
      for (;;) {
        const delivery = await line.take(responses, signal);
        for (const value of this.#decode(delivery)) return value;
      }
    });
  }

  /** What it has done so far. */
  stats(): HostStats {
    const { stats: latency } = this.#latency;
    return { sent: latency.count, received: this.#received, latency };
  }

  /**
   * Closes both queues and unlinks them, unless `unlink: false`. A queue that this host has never
   * opened stays. Idempotent.
   *
   * @returns when that is done; rejects with the first error, such as `EACCES` of an unlink
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One value, or none where `onInvalid` was told. */
  #decode(delivery: Delivery): Decoded<C>[] {
    this.#received += 1;
    void this.#acknowledger.done(delivery, this.#options.responses);
    try {
      return [this.#decoder.decode(messageOf(delivery)) as Decoded<C>];
    } catch (error) {
      this.#decoder.tellInvalid(error);
      return [];
    }
  }

  async #openBoth(signal: AbortSignal): Promise<Opened> {
    const { transport } = this.#service;
    const opening = { ...this.#service.opening, signal };
    const { requests, responses, unlink = true } = this.#options;
    // A queue that was not there before has nothing stale.
    if (opening.exclusive !== true) {
      for (const name of unlink ? [requests, responses] : [responses]) {
        await this.#strays.drain(name, signal);
        this.#used.add(name);
      }
    }
    const receiver = await transport.openReceiver(responses, opening);
    this.#used.add(responses);
    try {
      const sender = await transport.openSender(requests, opening);
      this.#used.add(requests);
      const line = new ResponseLine(receiver, (delivery) => this.#strays.refuse(delivery));
      const unread = new Unread(line, () => transport.stat(responses), { requests, responses });
      return { sender, receiver, line, unread };
    } catch (error) {
      await receiver.close();
      // It has just created this one, which the next try could not do again.
      if (opening.exclusive === true) await this.#unlink(responses).catch(() => undefined);
      throw error;
    }
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const opened = await this.#opening.close();
    opened?.unread.stop();
    const { unlink = true } = this.#options;
    try {
      await doAll([
        // What is in a queue when it is unlinked goes with it.
        () => opened?.receiver.close(unlink ? drop : undefined),
        () => opened?.sender.close(),
        ...(unlink ? [...this.#used].map((name) => () => this.#unlink(name)) : []),
      ]);
    } finally {
      const { unclaimed = 0 } = opened?.line ?? {};
      if (!unlink && unclaimed > 0) warnUnclaimed(unclaimed, this.#options.responses);
      nextTick(() => this.emit('close'));
    }
  }

  async #unlink(name: string): Promise<void> {
    await this.#service.transport.unlink(name).catch(ignoreMissing);
    this.#used.delete(name);
  }
}

function ignoreMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}
