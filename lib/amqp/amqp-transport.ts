import { BehaviorSubject, combineLatest, map, Subscription, type Observable } from 'rxjs';
import { badAmqpName, closedError } from '../base/errors.js';
import { checkOptions } from '../base/options.js';
import { refuseUnusedExclusive } from '../queue/open-options.js';
import { receiverChecks } from '../transport/options.js';
import type {
  Capabilities,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
  Transport,
  TransportState,
} from '../transport/transport.js';
import { Link, type LinkState } from './link.js';
import type { Manner } from './message.js';
import { amqpChecks, type AmqpTransportOptions } from './options.js';
import { Queues } from './queues.js';
import { AmqpReceiver } from './receiver.js';
import { AmqpSender } from './sender.js';

const LEVELS = 10;
const LONGEST_NAME = 255;
/** See https://www.rabbitmq.com/docs/direct-reply-to. */
const DIRECT = 'amq.rabbitmq.reply-to.';

/** The two connections: a broker that takes no messages stops reading the connection that they come by. */
interface Links {
  readonly publishing: Link;
  readonly consuming: Link;
  readonly queues: Queues;
  readonly states: Subscription;
}

/**
 * Queues of RabbitMQ: hosts and workers on several machines. It connects when the first queue is opened, and again
 * whenever the connection was lost; it disconnects when the last sender and receiver are closed.
 *
 * @example
 * ```ts
 * const transport = new AmqpTransport({ urls: 'amqp://guest:guest@127.0.0.1' });
 * const worker = new Worker({ requests: '/jobs', responses: '/results', transport }, handler);
 * ```
 */
export class AmqpTransport implements Transport {
  readonly capabilities: Capabilities;
  readonly #options: AmqpTransportOptions;
  readonly #manner: Manner;
  readonly #state = new BehaviorSubject<TransportState>('connecting');
  /** Those that are open, with the names of their queues. */
  readonly #receivers = new Map<AmqpReceiver, string>();
  #links: Links | undefined;
  #users = 0;
  #closed = false;

  /** @throws TypeError or RangeError for a bad option. Nothing is connected yet. */
  constructor(options: AmqpTransportOptions) {
    this.#options = checkOptions('AmqpTransport', options, amqpChecks);
    const { priorityLevels = LEVELS, durable = true } = this.#options;
    this.#manner = { priorityLevels, durable };
    this.capabilities = {
      redelivery: true,
      exactCapacity: false,
      priorityLevels,
      remote: true,
      properties: true,
    };
  }

  get state$(): Observable<TransportState> {
    return this.#state;
  }

  checkName(name: string): void {
    const isName = typeof name === 'string' && name !== '' && !name.startsWith('amq.');
    if (!isName || Buffer.byteLength(name) > LONGEST_NAME) throw badAmqpName(name);
  }

  async openSender(name: string, given?: SenderOptions): Promise<Sender> {
    const options = this.#checked(name, given);
    return this.#using(name, async (links, closed) => {
      // No queue, but the way back to a client: the broker knows it when something is sent there.
      if (!name.startsWith(DIRECT)) await links.queues.open(name, options);
      return this.#senderTo(name, options, links, closed);
    });
  }

  async openReceiver(name: string, given?: ReceiverOptions): Promise<Receiver> {
    const options = this.#checked(name, given);
    return this.#using(name, async (links, closed) => {
      const { queues } = links;
      if (options.private === true) queues.reserve(name);
      const over = (): void => {
        if (options.private === true) queues.release(name);
        closed();
      };
      try {
        await queues.open(name, options);
        const receiver = this.#receiverOf(name, options, links, over);
        await receiver.begin(options.signal);
        this.#receivers.set(receiver, name);
        return receiver;
      } catch (error) {
        over();
        throw error;
      }
    });
  }

  async unlink(name: string): Promise<void> {
    this.checkName(name);
    await this.#once(name, ({ queues }) => queues.unlink(name));
  }

  async stat(name: string): Promise<QueueStatus> {
    this.checkName(name);
    const { messages, ...sizes } = await this.#once(name, ({ queues }) => queues.stat(name));
    let untaken = 0;
    for (const [receiver, of] of this.#receivers) if (of === name) untaken += receiver.untaken;
    return { messages: messages + untaken, ...sizes };
  }

  /** Disconnects. What waits rejects with `ERR_MQ_CLOSED`. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#disconnect();
    this.#state.next('closed');
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checked(name: string, given: ReceiverOptions | undefined): ReceiverOptions {
    const options = checkOptions('AmqpTransport', given, receiverChecks);
    // Those that the broker has made, such as for replies, are there to be used.
    const isBrokers =
      typeof name === 'string' && name.startsWith('amq.') && options.create !== true;
    this.checkName(isBrokers ? name.slice('amq.'.length) : name);
    refuseUnusedExclusive(options);
    return options;
  }

  #receiverOf(
    name: string,
    options: ReceiverOptions,
    links: Links,
    closed: () => void,
  ): AmqpReceiver {
    const { redelivery = false, concurrency = 1, follow = false } = options;
    let returns: AmqpSender | undefined;
    const receiver = new AmqpReceiver(name, {
      link: links.consuming,
      redelivery,
      follows: follow,
      isPrivate: options.private === true,
      prefetch: redelivery ? concurrency : 1,
      prepare: (channel, isFirst) => links.queues.prepare(channel, name, options, isFirst),
      returns: () =>
        (returns ??= this.#senderTo(name, { ...options, follow: false }, links, () => undefined)),
      closed: () => {
        this.#receivers.delete(receiver);
        void returns?.close();
        closed();
      },
    });
    return receiver;
  }

  #senderTo(
    name: string,
    options: SenderOptions,
    { publishing, queues }: Links,
    closed: () => void,
  ): AmqpSender {
    return new AmqpSender(name, {
      link: publishing,
      manner: this.#manner,
      maxMessageSize: queues.knownSizeOf(name),
      // It would come back, though the client has it.
      mandatory: !name.startsWith(DIRECT),
      follows: options.follow === true,
      prepare: (channel, isFirst) =>
        queues.prepare(channel, name, { ...options, private: false }, isFirst),
      closed,
    });
  }

  async #once<T>(name: string, use: (links: Links) => Promise<T>): Promise<T> {
    let done: () => void = () => undefined;
    try {
      return await this.#using(name, (links, closed) => {
        done = closed;
        return use(links);
      });
    } finally {
      done();
    }
  }

  /** @param use - is given what to call when it needs the connections no more */
  async #using<T>(name: string, use: (links: Links, closed: () => void) => Promise<T>): Promise<T> {
    if (this.#closed) throw closedError(name);
    this.#links ??= this.#connect();
    this.#users += 1;
    let isOver = false;
    const closed = (): void => {
      if (isOver) return;
      isOver = true;
      this.#users -= 1;
      if (this.#users === 0) void this.#disconnect();
    };
    try {
      return await use(this.#links, closed);
    } catch (error) {
      closed();
      throw error;
    }
  }

  #connect(): Links {
    const publishing = new Link(this.#options);
    const consuming = new Link(this.#options);
    // Not by the other: it stands still while the broker has no memory, and a private queue is this connection's own.
    const queues = new Queues(consuming, this.#manner);
    const states = combineLatest([publishing.state$, consuming.state$])
      .pipe(map(stateOf))
      .subscribe((state) => {
        if (state !== this.#state.value) this.#state.next(state);
      });
    return { publishing, consuming, queues, states };
  }

  async #disconnect(): Promise<void> {
    const links = this.#links;
    this.#links = undefined;
    links?.states.unsubscribe();
    // As before the first queue was opened.
    const { value: state } = this.#state;
    if (state === 'connected' || state === 'blocked') this.#state.next('connecting');
    await Promise.all([links?.publishing.close(), links?.consuming.close()]);
  }
}

function stateOf(states: readonly LinkState[]): TransportState {
  if (states.some((state) => state === 'closed' || state === 'refused')) return 'closed';
  if (states.includes('connecting')) return 'connecting';
  return states.includes('blocked') ? 'blocked' : 'connected';
}
