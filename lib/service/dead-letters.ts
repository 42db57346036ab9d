import { codeOf } from '../base/code-of.js';
import { wallClock } from '../base/timers.js';
import { LONGEST_HEADER } from '../rpc/envelope/frame.js';
import { isQueue } from '../rpc/envelope/members.js';
import { encodeDeadLetter, type DeadLetterHeader } from '../rpc/envelope/dead-letter.js';
import { propertiesOf } from '../transport/properties.js';
import type { Delivery, Properties, Sender } from '../transport/transport.js';
import { withDeadline } from './deadline.js';
import type { Service } from './options.js';

/** Milliseconds to wait for room: whoever reads dead letters may come once a day. */
const PATIENCE = 1000;

/** Why a message is given up. */
export type Reason = Pick<DeadLetterHeader, 'reason' | 'error' | 'attempts'>;

/** The queue for messages that a worker gives up. It is opened for each of them: there should be few. */
export class DeadLetters {
  readonly #service: Service;
  readonly #name: string;
  readonly #from: string;

  /** @param from - the queue that the messages were taken from */
  constructor(service: Service, name: string, from: string) {
    this.#service = service;
    this.#name = name;
    this.#from = from;
  }

  /**
   * Sends the message there as it is, behind a line that says why, with its priority and what else went with it.
   *
   * @returns rejects where that cannot be done
   */
  async bury(
    delivery: Properties & Pick<Delivery, 'body' | 'priority'>,
    why: Reason,
  ): Promise<void> {
    const { body, priority } = delivery;
    // It is not to expire there.
    const properties = { ...propertiesOf(delivery), expiration: undefined };
    // A broker's queue may have a name that no queue of the kernel can have.
    const from = isQueue(this.#from) ? this.#from : undefined;
    const letter = encodeDeadLetter({ ...why, from, at: wallClock() }, body);
    const sender = await this.#open();
    try {
      await withDeadline(this.#name, 'mq_timedsend', { timeout: PATIENCE }, (signal) =>
        sender.send(letter, { ...properties, priority, signal }),
      );
    } finally {
      await sender.close();
    }
  }

  async #open(): Promise<Sender> {
    const { transport, opening } = this.#service;
    try {
      return await transport.openSender(this.#name, { create: false, follow: false });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || opening.create !== true) throw error;
    }
    const { maxMessages, maxMessageSize } = await transport.stat(this.#from);
    const options = { create: true, maxMessages, follow: false };
    const larger = maxMessageSize + LONGEST_HEADER;
    try {
      return await transport.openSender(this.#name, { ...options, maxMessageSize: larger });
    } catch (error) {
      // Over the limit of this machine. Those that are short enough fit all the same.
      if (codeOf(error) !== 'EINVAL') throw error;
      return transport.openSender(this.#name, { ...options, maxMessageSize });
    }
  }
}
