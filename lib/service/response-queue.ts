import { codeOf } from '../base/code-of.js';
import { LINK_PERIOD } from '../base/interval-timer.js';
import { clearInterval, nextTick, setInterval } from '../base/timers.js';
import type {
  NameListener,
  QueueOptions,
  Sender,
  SenderOptions,
  Transport,
} from '../transport/transport.js';

/** What it takes to open the queue of a worker's responses. */
export interface ResponseQueueOptions {
  readonly transport: Transport;
  readonly name: string;
  readonly opening: QueueOptions;
  /** Whether to go on with another queue that gets the name. */
  readonly reopen: boolean;
  readonly listener: NameListener;
}

/**
 * The queue of a worker's responses. A host that ends unlinks it, and the next one makes another: each
 * response goes to the queue that had the name when its request was taken, or else the next host
 * would get the answer to a request of the one before.
 */
export class ResponseQueue {
  readonly #options: ResponseQueueOptions;
  #sender: Sender;
  #poll: NodeJS.Timeout | undefined;
  #renewing: Promise<void> | undefined;
  #told = false;
  #closed = false;

  private constructor(options: ResponseQueueOptions, sender: Sender) {
    this.#options = options;
    this.#sender = sender;
    this.#watch();
  }

  static async open(options: ResponseQueueOptions, signal: AbortSignal): Promise<ResponseQueue> {
    const { exclusive } = options.opening;
    return new ResponseQueue(options, await openSender(options, { exclusive, signal }));
  }

  /** Where the response to a request goes that was taken just now. */
  current(): Sender | Promise<Sender> {
    if (!this.#options.reopen || this.#sender.unlinked !== true) return this.#sender;
    return this.#renew().then(() => this.#sender);
  }

  /** Whether another queue has its place: who would read from it is gone. */
  isReplaced(sender: Sender): boolean {
    return sender !== this.#sender;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#poll);
    await this.#renewing?.catch(() => undefined);
    await this.#sender.close();
  }

  #watch(): void {
    const sender = this.#sender;
    sender.watch?.({
      unlinked: () => {
        if (sender === this.#sender) this.#lost();
      },
      // It is opened so that it stays with its queue.
      reopened: () => undefined,
    });
  }

  #lost(): void {
    if (this.#told || this.#closed) return;
    this.#told = true;
    this.#tell('unlinked');
    if (!this.#options.reopen) return;
    // A response may wait for room in the old queue, for ever, and keep the worker from looking itself.
    this.#poll = setInterval(() => {
      // The next request tells of a failure.
      this.#renew().catch(() => undefined);
    }, LINK_PERIOD);
    this.#poll.unref();
  }

  /** What a listener throws is no failure of a request. */
  #tell(event: keyof NameListener): void {
    nextTick(() => {
      this.#options.listener[event]();
    });
  }

  #renew(): Promise<void> {
    this.#lost();
    this.#renewing ??= this.#openAgain().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #openAgain(): Promise<void> {
    const { transport, name } = this.#options;
    try {
      await transport.stat(name);
    } catch (error) {
      // Nobody asks, so far: the responses go where they went before.
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    const opened = await openSender(this.#options, { exclusive: false });
    const old = this.#sender;
    this.#sender = opened;
    clearInterval(this.#poll);
    this.#told = false;
    this.#watch();
    this.#tell('reopened');
    await old.close();
  }
}

function openSender(
  { transport, name, opening }: ResponseQueueOptions,
  options: Pick<SenderOptions, 'exclusive' | 'signal'>,
): Promise<Sender> {
  return transport.openSender(name, { ...opening, ...options, follow: false });
}
