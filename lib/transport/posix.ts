import { of, type Observable } from 'rxjs';
import { MAX_PRIORITY } from '../base/options.js';
import { coreOf, MessageQueue } from '../message-queue/message-queue.js';
import type { CreateOptions } from '../queue/open-options.js';
import type {
  Capabilities,
  Delivery,
  NameListener,
  QueueStatus,
  Receiver,
  ReceiverOptions,
  Sender,
  SendProperties,
  Transport,
  TransportState,
} from './transport.js';
import { refuseCorrelation } from './unsupported.js';

/** The queues of this machine's kernel, see mq_overview(7). */
export class PosixTransport implements Transport {
  readonly capabilities: Capabilities = {
    redelivery: false,
    exactCapacity: true,
    priorityLevels: MAX_PRIORITY + 1,
    remote: false,
  };
  readonly state$: Observable<TransportState> = of('connected');

  async openSender(name: string, options?: CreateOptions): Promise<Sender> {
    return new PosixSender(MessageQueue.open(name, { ...options, access: 'write' }));
  }

  async openReceiver(name: string, options: ReceiverOptions = {}): Promise<Receiver> {
    const { competing = false, ...opening } = options;
    const queue = MessageQueue.open(name, { ...opening, access: 'read' });
    // A receiver that has to poll gets nothing while another process blocks on the queue.
    if (competing && opening.wait !== 'loop' && !coreOf(queue).claimThread()) {
      process.emitWarning(
        `Queue '${name}' is polled, because the budget of pool threads is used up: a process that ` +
          `blocks on the same queue gets its messages first. Start this process with a larger ` +
          `UV_THREADPOOL_SIZE, half of which may wait`,
        { type: 'MessageQueueWarning', code: 'MQ_POLLING' },
      );
    }
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
    refuseCorrelation(this.#queue.name, properties);
    const { priority, signal } = properties;
    await this.#queue.send(body, { priority, signal });
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
    const { data, priority } = await this.#queue.receive({ signal });
    return { body: data, priority, ack: acknowledge };
  }

  async close(): Promise<void> {
    const core = coreOf(this.#queue);
    const { name } = core;
    await core.close((messages) =>
      core.giveBack(messages, ({ length }) => {
        warnLost(length, name);
        return true;
      }),
    );
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

/** Who uses a transport has neither the event nor the result of the queue that it opened. */
function warnLost(count: number, queue: string): void {
  process.emitWarning(
    `${count} message${count === 1 ? '' : 's'} of queue '${queue}' had been taken when its receiver was ` +
      `closed, and found no room in the queue any more. Receive until it is empty before you close`,
    { type: 'MessageQueueWarning', code: 'MQ_UNDELIVERED' },
  );
}

/** The kernel knows no acknowledgement: a message that was received is gone from its queue. */
async function acknowledge(): Promise<void> {}
