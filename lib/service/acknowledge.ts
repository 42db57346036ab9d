import type { Delivery } from '../transport/transport.js';
import { warnUnacknowledged } from './warnings.js';

/** The event of a Host and of a Worker about what could not be acknowledged. */
export interface AcknowledgeEvents {
  /**
   * The transport could not acknowledge a message of the queue of this name, whose work is done: it may
   * deliver it again.
   */
  unacknowledged: [error: unknown, queue: string];
}

/** Acknowledges messages. That it fails ends nobody: it is told, or warned of once. */
export class Acknowledger {
  readonly #tell: (error: unknown, queue: string) => boolean;
  #warned = false;

  /** @param tell - false when nobody listens */
  constructor(tell: (error: unknown, queue: string) => boolean) {
    this.#tell = tell;
  }

  async done(delivery: Delivery, queue: string): Promise<void> {
    try {
      await delivery.ack();
    } catch (error) {
      if (this.#tell(error, queue) || this.#warned) return;
      this.#warned = true;
      warnUnacknowledged(error, queue);
    }
  }
}
