import { invalidType, outOfRange, unusedOptionError } from '../base/errors.js';
import type { Message } from '../base/message.js';
import { checkName } from '../base/names.js';
import { integer, isBoolean, type Check, type Checks } from '../base/options.js';
import { warnGaveUp } from '../base/warnings.js';
import type { MessageQueue } from '../message-queue/message-queue.js';
import { LeasedMessage } from '../native/leased-message.js';
import type { QueueCore } from '../queue/core.js';
import { bury } from '../queue/leases/bury.js';

const MAX_ATTEMPTS = 5;
// More than anybody works on at one time, and each takes shared memory.
const MOST_IN_HAND = 10_000;

/** What becomes of the messages in the hand of a process that dies. */
export interface ConsumeRedelivery {
  /**
   * Whether a message comes again whose work was not done when this process was killed, or when the subscription ended:
   * to whoever works through the queue with `redelivery`. Its work may then be done twice. Each message in hand is kept
   * in shared memory, for which `/dev/shm` needs room. For a queue that is given by name, and a `concurrency` of 10,000
   * at most.
   *
   * @defaultValue false
   */
  redelivery?: boolean | undefined;
  /**
   * After how many ends with it in hand a message is given up. It goes to `deadLetter`, or stays where it was kept, with
   * a process warning `MQ_GAVE_UP`.
   *
   * @defaultValue 5
   */
  maxAttempts?: number | undefined;
  /**
   * The queue for messages that were given up: unchanged, behind one line that says why. It is made at the first one,
   * with messages that are 1,024 bytes larger, where the machine allows that.
   */
  deadLetter?: string | undefined;
}

const isName: Check = (argument, value) => {
  if (typeof value !== 'string') throw invalidType(argument, "a queue's name", value);
  checkName(value);
};

/** @internal */
export const redeliveryChecks: Checks<ConsumeRedelivery> = {
  redelivery: isBoolean,
  maxAttempts: integer(1, 65_535),
  deadLetter: isName,
};

/**
 * How many messages are to outlive this process, none where that was not asked for.
 *
 * @throws TypeError or RangeError where it cannot be
 */
export function slotsFor(
  where: string,
  queue: string | MessageQueue,
  { redelivery = false }: ConsumeRedelivery,
  concurrency: number,
): number | undefined {
  if (!redelivery) return undefined;
  if (typeof queue !== 'string') throw unusedOptionError(where, 'redelivery');
  if (concurrency <= MOST_IN_HAND) return concurrency;
  const range = `a whole number from 1 to ${MOST_IN_HAND} with redelivery`;
  throw outOfRange('options.concurrency', range, concurrency);
}

/** Says of each message that its work begins and ends, where a lease keeps it. */
export class Redelivery {
  readonly #where: string;
  readonly #core: QueueCore;
  readonly #options: ConsumeRedelivery;

  constructor(where: string, core: QueueCore, options: ConsumeRedelivery) {
    this.#where = where;
    this.#core = core;
    this.#options = options;
  }

  /** Work is to begin. False when the message is given up instead: `then` is called when that is done. */
  begin(message: Message, then: () => void): boolean {
    if (!LeasedMessage.is(message)) return true;
    message.begin();
    if (message.attempts < (this.#options.maxAttempts ?? MAX_ATTEMPTS)) return true;
    void this.#giveUp(message).then(then);
    return false;
  }

  done(message: Message): void {
    if (LeasedMessage.is(message)) message.done();
  }

  async #giveUp(message: LeasedMessage): Promise<void> {
    const { deadLetter } = this.#options;
    let problem: unknown;
    try {
      if (deadLetter !== undefined) {
        await bury(this.#where, deadLetter, this.#core, message);
        message.done();
        return;
      }
    } catch (error) {
      problem = error;
    }
    message.giveUp();
    warnGaveUp(this.#core.name, message.attempts, problem);
  }
}
