import { apart } from '../base/apart.js';
import type { Delivery } from '../transport/transport.js';
import { warnUnacknowledged } from '../base/warnings.js';

/** The event of a Host and of a Worker about what could not be acknowledged. */
export interface AcknowledgeEvents {
  /**
   * The transport could not be told what became of a message of the queue of this name: it may deliver it
   * again though its work is done, or not give it to another receiver though it is not.
   */
  unacknowledged: [error: unknown, queue: string];
}

/** Tells a transport what became of its messages. That it fails ends nobody: it is told, or warned of once. */
export class Acknowledger {
  readonly #tell: (error: unknown, queue: string) => boolean;
  #warned = false;

  /** @param tell - false when nobody listens */
  constructor(tell: (error: unknown, queue: string) => boolean) {
    this.#tell = tell;
  }

  /** The work on this message is done. */
  async done(delivery: Delivery, queue: string): Promise<void> {
    try {
      await delivery.ack();
    } catch (error) {
      this.#failed(error, queue);
    }
  }

  /** Nobody has begun to work on this message: another receiver is to have it. */
  async notBegun(delivery: Delivery, queue: string): Promise<void> {
    try {
      await delivery.nack();
    } catch (error) {
      this.#failed(error, queue);
    }
  }

  /** Nobody is to work on this message any more. */
  async givenUp(delivery: Delivery, queue: string): Promise<void> {
    try {
      await delivery.nack({ requeue: false });
    } catch (error) {
      this.#failed(error, queue);
    }
  }

  #failed(error: unknown, queue: string): void {
    let listened = true;
    // What a listener throws is no failure of a message.
    apart(() => {
      listened = this.#tell(error, queue);
    });
    if (listened || this.#warned) return;
    this.#warned = true;
    warnUnacknowledged(error, queue);
  }
}
