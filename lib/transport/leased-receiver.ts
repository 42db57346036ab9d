import { codeOf } from '../base/code-of.js';
import { closedError } from '../base/errors.js';
import { Message } from '../base/message.js';
import { checkOptions } from '../base/options.js';
import { warnPolling } from '../base/warnings.js';
import type { LeasedMessage } from '../native/leased-message.js';
import type { QueueCore } from '../queue/core.js';
import type { LeasedQueue } from '../queue/leases/open.js';
import type { WaitOptions } from '../queue/use/cancellation.js';
import { receiveOne } from '../queue/use/receive.js';
import { nackChecks } from './options.js';
import type { Delivery, NackOptions, NameListener, Receiver } from './transport.js';

/** Receives messages that come again, to another receiver, if this process dies before their work is done. */
export class LeasedReceiver implements Receiver {
  readonly #queue: LeasedQueue;

  constructor(queue: LeasedQueue) {
    this.#queue = queue;
  }

  /** A receiver that has to poll gets nothing while another process blocks on the queue. */
  claimThread(): void {
    const { core } = this.#queue;
    if (core.wait !== 'loop' && !core.claimThread()) warnPolling(core.name);
  }

  watch(listener: NameListener): void {
    this.#queue.core.link.watch(listener);
  }

  next(signal?: AbortSignal): Promise<Delivery> {
    return this.#receive({ signal });
  }

  /** As `next`, where there is one now. */
  async tryNext(): Promise<Delivery | undefined> {
    try {
      return await this.#receive({ timeout: 0 });
    } catch (error) {
      if (codeOf(error) === 'ETIMEDOUT') return undefined;
      throw error;
    }
  }

  /** What found no room in the queue, and what is still in hand, is for who adopts it. */
  async close(): Promise<void> {
    const { core, leases } = this.#queue;
    await core.close((messages) => core.putBack(messages, () => true));
    leases.close();
  }

  async #receive(options: WaitOptions): Promise<Delivery> {
    const { core } = this.#queue;
    const message = (await receiveOne(core, 'Receiver.next()', options)) as LeasedMessage;
    message.begin();
    return new LeasedDelivery(core, message);
  }
}

class LeasedDelivery implements Delivery {
  readonly body: Buffer;
  readonly priority: number;
  readonly attempts: number;
  readonly #core: QueueCore;
  readonly #message: LeasedMessage;
  #settled = false;

  constructor(core: QueueCore, message: LeasedMessage) {
    this.body = message.data;
    this.priority = message.priority;
    this.attempts = message.attempts;
    this.#core = core;
    this.#message = message;
  }

  async ack(): Promise<void> {
    if (this.#settle() && !this.#message.done()) throw closedError(this.#core.name);
  }

  async nack(options?: NackOptions): Promise<void> {
    const { requeue = true } = checkOptions('nack()', options, nackChecks);
    if (!this.#settle()) return;
    if (requeue) await this.#requeue();
    else if (!this.#message.giveUp()) throw closedError(this.#core.name);
  }

  #settle(): boolean {
    const isFirst = !this.#settled;
    this.#settled = true;
    return isFirst;
  }

  /** Where there is no room it is the next one of this receiver. */
  async #requeue(): Promise<void> {
    const core = this.#core;
    if (core.closed) throw closedError(core.name, 'mq_timedsend');
    let held = false;
    // Not the message itself, which would be kept from its queue where it was adopted.
    await core.putBack([new Message(this.body, this.priority)], () => {
      held = true;
      void core.hold([this.#message]);
      return true;
    });
    if (!held) this.#message.done();
  }
}
