import { checkOptions } from '../base/options.js';
import { nackChecks } from '../transport/options.js';
import type { Delivery, MessageHeaders, NackOptions } from '../transport/transport.js';
import type { Received } from './message.js';

/** What becomes of a message. */
export interface Settling {
  /** The broker is to forget it. Rejects where its link was lost, so that it comes again. */
  done(): Promise<void>;
  /** It is to be in its queue again, last of its priority. */
  back(): Promise<void>;
}

/** A message that a receiver handed out. */
export class AmqpDelivery implements Delivery {
  readonly body: Buffer;
  readonly priority: number;
  readonly attempts: number;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly type?: string | undefined;
  readonly contentType?: string | undefined;
  readonly expiration?: number | undefined;
  readonly headers?: MessageHeaders | undefined;
  readonly #settling: Settling;
  #settled = false;

  constructor({ body, priority, attempts, properties }: Received, settling: Settling) {
    this.body = body;
    this.priority = priority;
    this.attempts = attempts;
    Object.assign(this, properties);
    this.#settling = settling;
  }

  async ack(): Promise<void> {
    if (this.#settled) return;
    this.#settled = true;
    await this.#settling.done();
  }

  async nack(options?: NackOptions): Promise<void> {
    const { requeue = true } = checkOptions('nack()', options, nackChecks);
    if (this.#settled) return;
    this.#settled = true;
    if (requeue) await this.#settling.back();
    await this.#settling.done();
  }
}
