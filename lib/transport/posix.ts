import { of, type Observable } from 'rxjs';
import { closedError } from '../base/errors.js';
import { Message } from '../base/message.js';
import { checkName } from '../base/names.js';
import { checkOptions, isBoolean, MAX_PRIORITY } from '../base/options.js';
import { coreOf, MessageQueue } from '../message-queue/message-queue.js';
import type { OpenOptions } from '../queue/open-options.js';
import { warnLost, warnPolling } from '../base/warnings.js';
import { openLeased } from '../queue/leases/open.js';
import { receiveOne } from '../queue/use/receive.js';
import { send } from '../queue/use/send.js';
import { LeasedReceiver } from './leased-receiver.js';
import { refuseAborted } from './options.js';
import { PlainDelivery } from './plain-delivery.js';
import { posixChecks, type PosixTransportOptions } from './posix-options.js';
import type {
  Capabilities,
  Delivery,
  LeftOver,
  NameListener,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
  SendProperties,
  Transport,
  TransportState,
} from './transport.js';
import { refuseProperties } from './unsupported.js';

type Access = NonNullable<OpenOptions['access']>;

/** The queues of this machine's kernel, see mq_overview(7). */
export class PosixTransport implements Transport {
  readonly capabilities: Capabilities = {
    redelivery: true,
    exactCapacity: true,
    priorityLevels: MAX_PRIORITY + 1,
    remote: false,
    properties: false,
  };
  readonly state$: Observable<TransportState> = of('connected');
  readonly #options: PosixTransportOptions;

  /** @throws TypeError or RangeError for a bad option */
  constructor(options?: PosixTransportOptions) {
    this.#options = checkOptions('PosixTransport', options, posixChecks);
  }

  checkName(name: string): void {
    checkName(name);
  }

  async openSender(name: string, options?: SenderOptions): Promise<Sender> {
    return new PosixSender(this.#open(name, 'write', options));
  }

  async openReceiver(name: string, options: ReceiverOptions = {}): Promise<Receiver> {
    const { private: alone = false, competing = false, redelivery = false, ...rest } = options;
    const { concurrency = 1, ...opening } = rest;
    // Whoever may open a queue may receive from it: see mq_overview(7).
    isBoolean('options.private', alone);
    if (redelivery) return this.#openLeased(name, opening, competing, concurrency);
    const queue = this.#open(name, 'read', opening);
    // A receiver that has to poll gets nothing while another process blocks on the queue.
    if (competing && this.#options.wait !== 'loop' && !coreOf(queue).claimThread())
      warnPolling(name);
    return new PosixReceiver(queue);
  }

  async unlink(name: string): Promise<void> {
    MessageQueue.unlink(name);
  }

  async stat(name: string): Promise<QueueStatus> {
    const queue = MessageQueue.open(name, { access: 'read' });
    const { currentMessages: messages, maxMessages, maxMessageSize } = queue;
    await queue.close();
    return { messages, maxMessages, maxMessageSize };
  }

  #open(name: string, access: Access, opening?: SenderOptions): MessageQueue {
    return MessageQueue.open(name, this.#optionsFor(name, access, opening));
  }

  #openLeased(
    name: string,
    opening: SenderOptions,
    competing: boolean,
    concurrency: number,
  ): Receiver {
    const options = this.#optionsFor(name, 'read', opening);
    const receiver = new LeasedReceiver(
      openLeased('PosixTransport.openReceiver()', name, options, concurrency),
    );
    if (competing) receiver.claimThread();
    return receiver;
  }

  #optionsFor(
    name: string,
    access: Access,
    { follow, signal, ...opening }: SenderOptions = {},
  ): OpenOptions {
    refuseAborted(name, signal);
    const options = { ...this.#options, ...opening, access };
    if (follow === undefined) return options;
    // Who follows a name does not make it: that is up to who removed it.
    return { ...options, reopen: follow ? 'existing' : false };
  }
}

class PosixSender implements Sender {
  readonly #queue: MessageQueue;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  get unlinked(): boolean {
    return !this.#queue.closed && coreOf(this.#queue).link.unlinked;
  }

  watch(listener: NameListener): void {
    watch(this.#queue, listener);
  }

  async send(body: Uint8Array, properties: SendProperties = {}): Promise<void> {
    refuseProperties(this.#queue.name, properties);
    const { priority, signal } = properties;
    // Not by the queue's own method: what its tracers hear of is what users call.
    await send(coreOf(this.#queue), body, { priority, signal });
  }

  trySend(body: Uint8Array, priority: number): boolean {
    const core = coreOf(this.#queue);
    if (core.closed || body.length > core.maxMessageSize) return false;
    return core.sends.sendOne(body, priority);
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}

class PosixReceiver implements Receiver {
  readonly #queue: MessageQueue;

  constructor(queue: MessageQueue) {
    this.#queue = queue;
  }

  watch(listener: NameListener): void {
    watch(this.#queue, listener);
  }

  async next(signal?: AbortSignal): Promise<Delivery> {
    const core = coreOf(this.#queue);
    const { data, priority } = await receiveOne(core, 'Receiver.next()', { signal });
    return new PlainDelivery({ body: data, priority }, this.#requeue);
  }

  /** Where there is no room it is the next one of this receiver. */
  readonly #requeue = async ({
    body,
    priority,
  }: Pick<Delivery, 'body' | 'priority'>): Promise<void> => {
    const core = coreOf(this.#queue);
    if (core.closed) throw closedError(core.name, 'mq_timedsend');
    await core.putBack([new Message(body, priority)], (left) => {
      void core.hold([...left]);
      return true;
    });
  };

  async close(leftOver?: LeftOver): Promise<void> {
    const core = coreOf(this.#queue);
    let left: Message[] = [];
    await core.close((messages) =>
      core.putBack(messages, (noRoom) => {
        left = [...noRoom];
        return true;
      }),
    );
    let taken = 0;
    try {
      for (; leftOver !== undefined && taken < left.length; taken += 1) {
        const { data, priority } = left[taken] as Message;
        await leftOver(new PlainDelivery({ body: data, priority }, this.#requeue));
      }
    } catch {
      // Whose work it is tells why.
    }
    if (taken < left.length) warnLost(left.length - taken, core.name);
  }
}

function watch(queue: MessageQueue, listener: NameListener): void {
  queue.on('unlinked', () => {
    listener.unlinked();
  });
  queue.on('reopened', () => {
    listener.reopened();
  });
}
