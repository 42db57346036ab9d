import { of, type Observable } from 'rxjs';
import { toBytes } from '../base/bytes.js';
import { closedError, systemError } from '../base/errors.js';
import { constants } from 'node:os';
import { now } from '../base/timers.js';
import { checkName } from '../base/names.js';
import { checkOptions, isBoolean, isPriority, MAX_PRIORITY, type Checks } from '../base/options.js';
import { refuseUnusedExclusive } from '../queue/open-options.js';
import { MemoryQueue } from './memory-queue.js';
import { receiverChecks, refuseAborted } from './options.js';
import { PlainDelivery } from './plain-delivery.js';
import { propertiesOf } from './properties.js';
import { refuseProperties, refuseRedelivery } from './unsupported.js';
import type {
  Capabilities,
  Delivery,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SenderOptions,
  SendProperties,
  Transport,
  TransportState,
} from './transport.js';

const DEFAULT_MESSAGES = 10;
const DEFAULT_SIZE = 8192;

/** How to make a MemoryTransport. */
export interface MemoryTransportOptions {
  /**
   * Whether its messages carry properties, as those of transports to other machines do. The kernel's carry none.
   *
   * @defaultValue false
   */
  properties?: boolean | undefined;
}

const checks: Checks<MemoryTransportOptions> = { properties: isBoolean };

/**
 * Queues in this process's memory, for tests: the same order, limits and errors as the kernel's, and
 * no name outside of this object.
 */
export class MemoryTransport implements Transport {
  readonly capabilities: Capabilities;
  readonly state$: Observable<TransportState> = of('connected');
  readonly #queues = new Map<string, MemoryQueue>();

  /** @throws TypeError for a bad option */
  constructor(options?: MemoryTransportOptions) {
    const { properties = false } = checkOptions('MemoryTransport', options, checks);
    this.capabilities = {
      redelivery: false,
      exactCapacity: true,
      priorityLevels: MAX_PRIORITY + 1,
      remote: false,
      properties,
    };
  }

  /** The names are those of the kernel's queues, so that tests tell something about these. */
  checkName(name: string): void {
    checkName(name);
  }

  async openSender(name: string, options?: SenderOptions): Promise<Sender> {
    return new MemorySender(this.#open(name, options), this.capabilities.properties);
  }

  /** In memory all receivers get their fair share. */
  async openReceiver(name: string, options?: ReceiverOptions): Promise<Receiver> {
    refuseRedelivery(name, options);
    return new MemoryReceiver(this.#open(name, options));
  }

  async unlink(name: string): Promise<void> {
    this.#existing(name, 'mq_unlink');
    this.#queues.delete(name);
  }

  async stat(name: string): Promise<QueueStatus> {
    const queue = this.#existing(name, 'mq_open');
    const { length: messages, maxMessages, maxMessageSize } = queue;
    return { messages, maxMessages, maxMessageSize };
  }

  #existing(name: string, syscall: string): MemoryQueue {
    checkName(name, syscall);
    const queue = this.#queues.get(name);
    if (queue === undefined) throw systemError(-constants.errno.ENOENT, syscall, name);
    return queue;
  }

  #open(name: string, given?: ReceiverOptions): MemoryQueue {
    const options = checkOptions('MemoryTransport', given, receiverChecks);
    const { create = false, exclusive = false } = options;
    checkName(name);
    refuseUnusedExclusive(options);
    refuseAborted(name, options.signal);
    if (!create) return this.#existing(name, 'mq_open');
    const existing = this.#queues.get(name);
    if (existing !== undefined) {
      if (exclusive) throw systemError(-constants.errno.EEXIST, 'mq_open', name);
      return existing;
    }
    const { maxMessages = DEFAULT_MESSAGES, maxMessageSize = DEFAULT_SIZE } = options;
    const queue = new MemoryQueue(name, maxMessages, maxMessageSize);
    this.#queues.set(name, queue);
    return queue;
  }
}

class MemorySender implements Sender {
  readonly #queue: MemoryQueue;
  readonly #carries: boolean;
  #closed = false;

  constructor(queue: MemoryQueue, carries: boolean) {
    this.#queue = queue;
    this.#carries = carries;
  }

  async send(body: Uint8Array, properties: SendProperties = {}): Promise<void> {
    if (this.#closed) throw closedError(this.#queue.name, 'mq_timedsend');
    const { priority = 0, signal } = properties;
    isPriority('priority', priority);
    if (!this.#carries) refuseProperties(this.#queue.name, properties);
    const message = {
      ...propertiesOf(properties),
      body: Buffer.from(toBytes(body, 'body')),
      priority,
      since: now(),
    };
    await this.#queue.send(this, message, signal);
  }

  trySend(body: Uint8Array, priority: number): boolean {
    if (this.#closed || body.length > this.#queue.maxMessageSize) return false;
    return this.#queue.trySend({ body: Buffer.from(body), priority });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.leave(this);
  }
}

class MemoryReceiver implements Receiver {
  readonly #queue: MemoryQueue;
  #closed = false;

  constructor(queue: MemoryQueue) {
    this.#queue = queue;
  }

  async next(signal?: AbortSignal): Promise<Delivery> {
    if (this.#closed) throw closedError(this.#queue.name, 'mq_timedreceive');
    const message = await this.#queue.receive(this, signal);
    return new PlainDelivery(message, (contents) => {
      this.#queue.requeue(contents);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.leave(this);
  }
}
