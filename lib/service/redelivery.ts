import type { EventEmitter } from 'node:events';
import { apart } from '../base/apart.js';
import { integer, isBoolean, type Checks } from '../base/options.js';
import { warnGaveUp } from '../base/warnings.js';
import type { Message } from '../base/message.js';
import type { Delivery } from '../transport/transport.js';
import type { Acknowledger } from './acknowledge.js';
import type { DeadLetters } from './dead-letters.js';
import { messageOf } from './values.js';

const MAX_ATTEMPTS = 5;

/** What becomes of the messages of workers that die. */
export interface RedeliveryOptions {
  /**
   * Whether a message comes again that a worker had in hand when it was killed: to this worker from others that die, and
   * from this one to others. Its work may then be done twice, so handlers should bear that. With the queues of this
   * machine each message in hand is kept in shared memory, for which `/dev/shm` needs room.
   *
   * @defaultValue the transport's: with the queues of this machine `false`
   */
  redelivery?: boolean | undefined;
  /**
   * After how many workers that died with it in hand, or had no more time for it, a message is given up. It goes to
   * `deadLetter`, or stays where it was kept.
   *
   * @defaultValue 5
   */
  maxAttempts?: number | undefined;
}

/** A message that another worker had in hand. */
export interface Adopted {
  /** Its bytes and priority. */
  readonly message: Message;
  /** How many workers have died with it in hand, or had no more time for it. */
  readonly attempts: number;
}

/** A message that nobody works on any more. */
export interface GaveUp extends Adopted {
  /** Whether it is in the queue for dead letters now. */
  readonly buried: boolean;
  /** Why it is not, where it should be. */
  readonly error?: unknown;
}

/** The events about them. */
export interface RedeliveryEvents {
  /** A worker has died with this message in hand, or had no more time for it, and this one works on it now, or gives it up. */
  adopted: [adopted: Adopted];
  /**
   * As many workers died with this message in hand as are allowed. Where nobody listens and it was not buried, a
   * process warning `MQ_GAVE_UP` tells it.
   */
  gaveUp: [gaveUp: GaveUp];
}

/** @internal */
export const redeliveryChecks: Checks<RedeliveryOptions> = {
  redelivery: isBoolean,
  maxAttempts: integer(1, 65_535),
};

/** What it needs of its worker. */
export interface RedeliveryWorker {
  readonly options: RedeliveryOptions;
  readonly emitter: Pick<EventEmitter<RedeliveryEvents>, 'emit'>;
  readonly acknowledger: Acknowledger;
  readonly deadLetters: DeadLetters | undefined;
  readonly requests: string;
}

/** Says which messages of workers that died are worked on again: a message that kills each is not for ever. */
export class Redelivery {
  readonly #worker: RedeliveryWorker;
  #adopted = 0;
  #gaveUp = 0;

  constructor(worker: RedeliveryWorker) {
    this.#worker = worker;
  }

  /** How many there were. */
  get counts(): { readonly adopted: number; readonly gaveUp: number } {
    return { adopted: this.#adopted, gaveUp: this.#gaveUp };
  }

  /** For one that came again: whether it was given up, so that nobody is to work on it. */
  async refuses(delivery: Delivery): Promise<boolean> {
    const { options, emitter } = this.#worker;
    const { attempts } = delivery;
    this.#adopted += 1;
    apart(() => emitter.emit('adopted', { message: messageOf(delivery), attempts }));
    if (attempts < (options.maxAttempts ?? MAX_ATTEMPTS)) return false;
    await this.#giveUp(delivery);
    return true;
  }

  async #giveUp(delivery: Delivery): Promise<void> {
    const { emitter, acknowledger, deadLetters, requests } = this.#worker;
    const { attempts } = delivery;
    this.#gaveUp += 1;
    let buried = false;
    let failed: { readonly error?: unknown } = {};
    try {
      await deadLetters?.bury(delivery, { reason: 'attempts', attempts });
      buried = deadLetters !== undefined;
    } catch (error) {
      failed = { error };
    }
    if (buried) await acknowledger.done(delivery, requests);
    else await acknowledger.givenUp(delivery, requests);
    let listened = true;
    apart(() => {
      listened = emitter.emit('gaveUp', {
        message: messageOf(delivery),
        attempts,
        buried,
        ...failed,
      });
    });
    if (!listened && !buried) warnGaveUp(requests, attempts, failed.error);
  }
}
