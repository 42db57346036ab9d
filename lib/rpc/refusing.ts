import { apart } from '../base/apart.js';
import type { Message } from '../base/message.js';
import { warnInvalid } from '../base/warnings.js';
import type { DeadLetters } from '../service/dead-letters.js';
import { messageOf } from '../service/values.js';
import type { Delivery } from '../transport/transport.js';
import type { EnvelopeError } from './envelope/envelope-error.js';

/** What becomes of messages that are no requests. */
export interface RefusingOptions {
  /** The queue that they come from. */
  readonly requests: string;
  readonly deadLetters: DeadLetters | undefined;
  readonly counts: { invalid: number; lost: number };
  /** False when nobody listens. */
  tell(message: Message, problem: EnvelopeError): boolean;
  /** One could not be buried. */
  failed(error: unknown): void;
}

/** Buries messages that are no requests, or tells of them. */
export class Refusing {
  readonly #options: RefusingOptions;
  #warned = false;

  constructor(options: RefusingOptions) {
    this.#options = options;
  }

  async refuse(delivery: Delivery, problem: EnvelopeError): Promise<void> {
    const { deadLetters, counts } = this.#options;
    counts.invalid += 1;
    try {
      if (deadLetters !== undefined) {
        await deadLetters.bury(delivery, { reason: 'envelope', error: problem.message });
        return;
      }
    } catch (error) {
      this.#options.failed(error);
    }
    counts.lost += 1;
    apart(() => {
      this.#tell(messageOf(delivery), problem);
    });
  }

  #tell(message: Message, problem: EnvelopeError): void {
    if (this.#options.tell(message, problem) || this.#warned) return;
    this.#warned = true;
    warnInvalid(problem, this.#options.requests);
  }
}
