import { EventEmitter } from 'node:events';
import { Observable, share } from 'rxjs';
import {
  isOnInvalid,
  type AnyCodec,
  type Decoded,
  type Encoded,
  type OnInvalid,
  type raw,
} from '../codec.js';
import { closedError, InvalidMessageError, invalidType } from '../errors.js';
import { Message } from '../message.js';
import { checkOptions, isBoolean, isPriority, type Checks } from '../options.js';
import type { WaitOptions } from '../queue/cancellation.js';
import { waitChecks } from '../queue/receive.js';
import type { Delivery, Receiver, Sender } from '../transport/transport.js';
import { drainQueue } from './drain.js';
import {
  isName,
  refuseSameQueue,
  serviceChecks,
  withDefaults,
  type Service,
  type ServiceOptions,
} from './options.js';
import { withDeadline } from './deadline.js';
import { decodeDelivery, sendValue } from './values.js';

/** The events of a {@link Host}. */
export interface HostEvents {
  /** A message that an earlier run left in the queue of this name. Taken out when the host opens. */
  stale: [message: Message, queue: string];
  /** It is closed. */
  close: [];
}

/** How to run a host. */
export interface HostOptions<C extends AnyCodec = typeof raw> extends ServiceOptions<C> {
  /** The queue that it writes. */
  requests: string;
  /** The queue that it reads. */
  responses: string;
  /**
   * Whether `close` unlinks both queues. If so they belong to this host's run alone, and requests
   * that an earlier run left there are stale too.
   *
   * @defaultValue true
   */
  unlink?: boolean | undefined;
  /**
   * What to do about a response that the codec cannot decode.
   *
   * @defaultValue `'error'`
   */
  onInvalid?: OnInvalid | undefined;
}

/** How to send a task. */
export interface TaskOptions extends WaitOptions {
  /**
   * 0 to 32767; workers receive the highest first.
   *
   * @defaultValue 0
   */
  priority?: number | undefined;
}

const hostChecks: Checks<HostOptions<AnyCodec>> = {
  ...serviceChecks,
  requests: isName,
  responses: isName,
  unlink: isBoolean,
  onInvalid: isOnInvalid,
};
const taskChecks: Checks<TaskOptions> = { ...waitChecks, priority: isPriority };

interface Opened {
  readonly sender: Sender;
  readonly receiver: Receiver;
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
  readonly #unclaimed: Delivery[] = [];
  readonly #closing = new AbortController();
  #opening: Promise<Opened> | undefined;
  #closed: Promise<void> | undefined;

  /** @throws TypeError or RangeError for a bad option. The queues are opened by the first use. */
  constructor(options: HostOptions<C>) {
    super();
    if (options === undefined) throw invalidType('options', 'an object', options);
    this.#options = checkOptions('Host', options, hostChecks as Checks<HostOptions<C>>);
    isName('options.requests', options.requests);
    isName('options.responses', options.responses);
    refuseSameQueue(options.requests, options.responses);
    this.#service = withDefaults(this.#options);
    this.responses$ = new Observable<Decoded<C>>((subscriber) => {
      const ended = new AbortController();
      void (async () => {
        try {
          while (!subscriber.closed) {
            const delivery = await this.#next(ended.signal);
            // Unsubscribed while the response was on its way here.
            if (subscriber.closed) this.#unclaimed.unshift(delivery);
            else
              this.#emit(delivery, (value) => {
                subscriber.next(value);
              });
          }
        } catch (error) {
          if (this.#closing.signal.aborted) subscriber.complete();
          else subscriber.error(error);
        }
      })();
      return () => {
        ended.abort();
      };
    }).pipe(share());
  }

  /**
   * Opens both queues, and gives what an earlier run left there to `stale`. Every other method does
   * it too.
   *
   * @returns rejects as `MessageQueue.open` throws; the next call tries again
   */
  async open(): Promise<this> {
    await this.#open();
    return this;
  }

  /**
   * Sends a task: a value for the codec, or a Message with its own priority.
   *
   * @returns resolves when the queue has it, not when a worker has; rejects with `ETIMEDOUT`,
   * AbortError, `EMSGSIZE`, `ERR_MQ_ENCODE`, `ERR_MQ_CLOSED`
   */
  async send(task: Encoded<C> | Message, options?: TaskOptions): Promise<void> {
    const { priority, ...limits } = checkOptions('Host.send()', options, taskChecks);
    const { sender } = await this.#open();
    const { requests } = this.#options;
    await withDeadline(requests, 'mq_timedsend', limits, async (signal) => {
      const properties = { signal, ...(priority !== undefined && { priority }) };
      await sendValue(sender, this.#service.codec, task, requests, properties);
    });
  }

  /**
   * The next response, whichever task it answers.
   *
   * @returns rejects with `ETIMEDOUT`, AbortError, InvalidMessageError, `ERR_MQ_CLOSED`
   */
  async receive(options?: WaitOptions): Promise<Decoded<C>> {
    const limits = checkOptions('Host.receive()', options, waitChecks);
    const { responses } = this.#options;
    return withDeadline(responses, 'mq_timedreceive', limits, async (signal) => {
      for (;;) {
        const delivery = await this.#next(signal);
        const values: Decoded<C>[] = [];
        this.#emit(delivery, (value) => values.push(value));
        if (values.length > 0) return values[0] as Decoded<C>;
      }
    });
  }

  /** Closes both queues and unlinks them, unless `unlink: false`. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #next(signal: AbortSignal | undefined): Promise<Delivery> {
    const { receiver } = await this.#open();
    return this.#unclaimed.shift() ?? receiver.next(signal);
  }

  #emit(delivery: Delivery, next: (value: Decoded<C>) => void): void {
    const { responses, onInvalid = 'error' } = this.#options;
    void delivery.ack();
    let value: unknown;
    try {
      value = decodeDelivery(this.#service.codec, delivery, responses);
    } catch (error) {
      if (onInvalid === 'error' || !(error instanceof InvalidMessageError)) throw error;
      onInvalid(error.received, error);
      return;
    }
    next(value as Decoded<C>);
  }

  async #open(): Promise<Opened> {
    if (this.#closing.signal.aborted) throw closedError(this.#options.requests);
    this.#opening ??= this.#openBoth();
    try {
      return await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async #openBoth(): Promise<Opened> {
    const { transport, opening } = this.#service;
    const { requests, responses, unlink = true } = this.#options;
    for (const name of unlink ? [requests, responses] : [responses]) {
      this.#tellStale(await drainQueue(transport, name, opening), name);
    }
    const receiver = await transport.openReceiver(responses, opening);
    try {
      return { receiver, sender: await transport.openSender(requests, opening) };
    } catch (error) {
      await receiver.close();
      throw error;
    }
  }

  #tellStale(deliveries: readonly Delivery[], queue: string): void {
    let untold = 0;
    for (const { body, priority } of deliveries) {
      if (!this.emit('stale', new Message(body, priority), queue)) untold += 1;
    }
    if (untold === 0) return;
    process.emitWarning(
      `${untold} message${untold === 1 ? '' : 's'} of an earlier run found in queue '${queue}' and ` +
        `dropped. Listen for 'stale' to get them`,
      { type: 'MessageQueueWarning', code: 'MQ_STALE' },
    );
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const opened = await this.#opening?.catch(() => undefined);
    await opened?.receiver.close();
    await opened?.sender.close();
    const { requests, responses, unlink = true } = this.#options;
    if (unlink) {
      for (const name of [requests, responses]) {
        await this.#service.transport.unlink(name).catch(ignoreMissing);
      }
    } else this.#warnUnclaimed();
    process.nextTick(() => this.emit('close'));
  }

  #warnUnclaimed(): void {
    const count = this.#unclaimed.length;
    if (count === 0) return;
    process.emitWarning(
      `${count} response${count === 1 ? '' : 's'} had been taken from queue ` +
        `'${this.#options.responses}' for a subscriber that was gone, and nobody read them. Call ` +
        `receive() before close()`,
      { type: 'MessageQueueWarning', code: 'MQ_UNDELIVERED' },
    );
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
}
