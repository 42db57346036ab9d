import { checkOptions } from '../../base/options.js';
import { openLeased, type LeasedQueue } from '../../queue/leases/open.js';
import { LeasedReceiver } from '../../transport/leased-receiver.js';
import { PosixTransport } from '../../transport/posix.js';
import type { Delivery } from '../../transport/transport.js';
import { doAll } from '../do-all.js';
import { refuseSameQueue } from '../options.js';
import { requeueChecks, type Requeued, type RequeueOptions } from './options.js';
import { readLetter } from './read-letter.js';
import { Targets } from './targets.js';

const WHERE = 'requeueDeadLetters()';
const MOST_IN_HAND = 10_000;

/**
 * Sends dead letters again, without the line that says why each was given up, and with their priorities: those that are in
 * the queue when it begins. They are kept in shared memory meanwhile, as with `redelivery`, so that none is lost when this
 * process is killed; the one in hand may then be sent twice. What cannot be sent goes back after the others, in its order, and
 * is told with its `problem`.
 *
 * With `dryRun` all are taken, and go back in their order when the last one was told: a POSIX queue cannot be looked at
 * otherwise. Meanwhile others find the queue empty, and what they send to it may come before what goes back.
 *
 * @param dead - the queue of the dead letters, of this machine
 * @returns what became of each, as it is asked for: who asks for no more has no more sent. It throws as `MessageQueue.open`
 * where there is no such queue or no shared memory, and TypeError or RangeError for a bad option
 */
export async function* requeueDeadLetters(
  dead: string,
  options?: RequeueOptions,
): AsyncGenerator<Requeued, void, void> {
  const checked = checkOptions(WHERE, options, requeueChecks);
  refuseSameQueue(dead, checked.to, 'to');
  const { messages } = await new PosixTransport().stat(dead);
  const slots = Math.min(Math.max(messages, 1), MOST_IN_HAND);
  const letters = new Letters(dead, checked, openLeased(WHERE, dead, { access: 'read' }, slots));
  let { count = Infinity } = checked;
  try {
    for await (const delivery of letters.present(slots)) {
      const requeued = await letters.requeue(delivery);
      if (requeued.problem === undefined) count -= 1;
      yield requeued;
      if (count === 0) break;
    }
  } finally {
    await letters.close();
  }
}

class Letters {
  readonly #dead: string;
  readonly #options: RequeueOptions;
  readonly #queue: LeasedQueue;
  readonly #receiver: LeasedReceiver;
  readonly #targets = new Targets(WHERE);
  readonly #staying: Delivery[] = [];

  constructor(dead: string, options: RequeueOptions, queue: LeasedQueue) {
    this.#dead = dead;
    this.#options = options;
    this.#queue = queue;
    this.#receiver = new LeasedReceiver(queue);
  }

  /** Those that are there now, and those that one had in hand which was killed. */
  async *present(most: number): AsyncGenerator<Delivery, void, void> {
    const { core } = this.#queue;
    let left = Math.min(core.currentMessages, most);
    while (left > 0 || core.held > 0) {
      const delivery = await this.#receiver.tryNext();
      if (delivery === undefined) return;
      if (delivery.attempts === 0) left -= 1;
      yield delivery;
    }
  }

  async requeue(delivery: Delivery): Promise<Requeued> {
    const { to: named, dryRun = false, signal } = this.#options;
    const { facts, original } = readLetter(delivery, this.#dead, named);
    const { to, priority } = facts;
    if (to === undefined || dryRun) {
      this.#staying.push(delivery);
      return facts;
    }
    try {
      await this.#targets.send(to, original, priority, signal);
    } catch (error) {
      this.#staying.push(delivery);
      if (signal?.aborted === true) throw error;
      return { ...facts, to: undefined, problem: error as Error };
    }
    await delivery.ack();
    return facts;
  }

  async close(): Promise<void> {
    await doAll([
      ...this.#staying.map((delivery) => () => delivery.nack()),
      () => this.#receiver.close(),
      () => this.#targets.close(),
    ]);
  }
}
