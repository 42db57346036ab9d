import { checkOptions } from '../base/options.js';
import { nackChecks } from './options.js';
import type { Delivery, MessageHeaders, NackOptions, Properties } from './transport.js';

/** What there is of a message. */
interface Contents extends Properties {
  readonly body: Buffer;
  readonly priority: number;
}

/** Of a transport without redelivery: a message that was received is gone from its queue. */
export class PlainDelivery implements Delivery {
  readonly body: Buffer;
  readonly priority: number;
  readonly attempts = 0;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly type?: string | undefined;
  readonly contentType?: string | undefined;
  readonly expiration?: number | undefined;
  readonly headers?: MessageHeaders | undefined;
  readonly #requeue: (contents: Contents) => void | Promise<void>;
  #settled = false;

  constructor(contents: Contents, requeue: (contents: Contents) => void | Promise<void>) {
    this.body = contents.body;
    this.priority = contents.priority;
    this.correlationId = contents.correlationId;
    this.replyTo = contents.replyTo;
    this.type = contents.type;
    this.contentType = contents.contentType;
    this.expiration = contents.expiration;
    this.headers = contents.headers;
    this.#requeue = requeue;
  }

  async ack(): Promise<void> {
    this.#settled = true;
  }

  async nack(options?: NackOptions): Promise<void> {
    const { requeue = true } = checkOptions('nack()', options, nackChecks);
    if (this.#settled) return;
    this.#settled = true;
    if (requeue) await this.#requeue(this);
  }
}
