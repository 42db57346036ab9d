import type { Message } from '../../base/message.js';
import { BEGUN, CANCELLED, NOTHING } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';
import { apart } from '../../base/apart.js';
import type { Consumer } from './consumer.js';
import { Consumers } from './consumers.js';
import { within } from '../../base/scope.js';
import { waitError } from '../wait/wait-error.js';
import { Pump } from './pump.js';
import { Supply } from './supply.js';
import { turn } from './turn.js';
import { facts } from '../../native/facts.js';
import type { WaitMode } from '../wait/modes.js';
import { Wait } from '../wait/wait.js';

const SYSCALL = 'mq_timedreceive';

/**
 * The one line in which all consumers of a queue object stand. Takes from the kernel only what
 * those in the line want, and holds what else came until somebody wants it.
 */
export class ReceiveLine {
  readonly #name: string;
  readonly #native: NativeQueue;
  readonly wait: Wait;
  readonly #consumers = new Consumers();
  readonly #supply: Supply;
  readonly #pump: Pump;
  /** How many messages the native wait may bring; 0 when there is none. */
  #awaited = 0;
  #cancelling = false;
  /** The last take found nothing: who joins next need not look again. */
  #foundEmpty = false;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(name: string, native: NativeQueue, mode: WaitMode, busyPoll: number | undefined) {
    this.#name = name;
    this.#native = native;
    this.#supply = new Supply(name, native);
    this.wait = new Wait(mode, busyPoll, {
      begin: (way, microseconds) =>
        native.beginReceive(facts().ways[way], this.#awaited, microseconds),
      cancel: () => native.cancelReceive(),
      yieldThread: () => native.yieldThread(false),
      done: (result) => {
        this.#waitEnded(result);
      },
    });
    this.#pump = new Pump({
      hasWork: () => this.#hasWork(),
      serveNext: () => this.#serveNext(),
    });
    native.onreceive = (result) => {
      // First of all: whatever runs before may end the process.
      this.#supply.hold(result);
      this.wait.ended(result);
    };
  }

  /** Whether anybody stands in line. */
  get wanted(): boolean {
    return this.#consumers.length > 0;
  }

  /** How many messages were taken from the kernel and are held for the next consumer. */
  get held(): number {
    return this.#supply.held.size;
  }

  /**
   * One message without waiting, for a consumer that joins where it gets none: because there is none, others
   * stand in line, or the event loop has to have its turn first.
   *
   * @throws MessageQueueError when the queue cannot be read
   */
  takeOne(): Message | null {
    if (!this.#mayTake()) return null;
    const message = this.#supply.takeOne(this.wait.patience);
    this.#foundEmpty = message === null;
    if (message !== null) turn.spend();
    return message;
  }

  /** As `takeOne`, for up to `max` messages. */
  take(max: number): Message[] | null {
    if (!this.#mayTake()) return null;
    const messages = this.#supply.take(max, this.wait.patience);
    this.#foundEmpty = messages === null;
    if (messages !== null) turn.spend(messages.length);
    return messages;
  }

  /** What `take` brings goes to the consumer at once; else it joins. */
  takeOrJoin(consumer: Consumer): void {
    let messages: Message[] | null;
    try {
      messages = this.take(consumer.want);
    } catch (error) {
      consumer.fail(error as Error);
      return;
    }
    if (messages === null) this.join(consumer);
    else consumer.deliver(messages);
  }

  /**
   * One message without waiting, for one that will not wait: null when there is none, or others stand in line.
   *
   * @throws MessageQueueError when the queue cannot be read
   */
  tryOne(): Message | null {
    if (this.#consumers.length > 0) return null;
    this.settle();
    return this.#supply.takeOne(0);
  }

  /** As `tryOne`, for up to `max` messages. */
  tryMany(max: number): Message[] | null {
    if (this.#consumers.length > 0) return null;
    this.settle();
    return this.#supply.take(max, 0);
  }

  /** To the end of the line. */
  join(consumer: Consumer): void {
    const foundEmpty = this.#foundEmpty;
    this.#foundEmpty = false;
    if (this.#closed) {
      within(consumer.scope, () => consumer.ended());
      return;
    }
    const looks = !foundEmpty || consumer.empty !== undefined || !this.#isIdle();
    this.#consumers.push(consumer);
    if (looks) this.#pump.schedule();
    else this.#wait();
  }

  /** Whether nobody stands in line, nothing is on its way and nothing is held. */
  #isIdle(): boolean {
    const nobody = this.#consumers.length === 0 && this.#supply.held.size === 0;
    return nobody && this.#awaited === 0 && this.#pump.idle;
  }

  /** False when it does not stand in the line. */
  leave(consumer: Consumer): boolean {
    if (!this.#consumers.leave(consumer)) return false;
    this.#cancelSurplus();
    return true;
  }

  #mayTake(): boolean {
    return turn.open && !this.#closed && this.#consumers.length === 0 && !this.#cancelling;
  }

  /** Waits for the end of a take that is being cancelled, so that `held` counts what it brought. */
  settle(): void {
    if (!this.#cancelling) return;
    this.#supply.hold(this.#native.settleReceive());
    this.wait.settled();
    this.#waitOver();
    this.#pump.schedule();
  }

  /** Holds messages that were taken but not delivered: the next consumer gets them first. */
  hold(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    this.#supply.held.add(messages);
    this.#pump.schedule();
  }

  /** Ends all who stand in line. Resolves when nothing more can come from the kernel. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const consumer of this.#consumers.takeAll()) {
      apart(() => {
        within(consumer.scope, () => consumer.ended());
      });
    }
    this.#cancelSurplus();
    if (this.#awaited > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
  }

  /** Everything that is held, and what a take brought that was cancelled just now. */
  takeAll(): Message[] {
    this.settle();
    return this.takeHeld();
  }

  /** Everything that is held, in the kernel's order. */
  takeHeld(): Message[] {
    return this.#supply.held.take(Infinity);
  }

  #hasWork(): boolean {
    if (this.#consumers.length === 0) return false;
    return this.#supply.held.size > 0 || !this.#isOnItsWay();
  }

  /** Whether a wait is to bring what is wanted. A hasty consumer does not wait: it looks, whatever others wait for. */
  #isOnItsWay(): boolean {
    return this.#awaited > 0 && !this.#consumers.hasHasty;
  }

  #serveNext(): boolean {
    if (!this.#hasWork()) return false;
    return this.#supply.held.size > 0 ? this.#serveHeld() : this.#askKernel();
  }

  #askKernel(): boolean {
    if (!this.#pump.mayAsk()) return false;
    const patience = this.#consumers.hasHasty ? 0 : this.wait.patience;
    let count: number;
    try {
      count = this.#supply.fetch(this.#consumers.demand(), patience);
    } catch (error) {
      this.#failFirst(error as Error);
      return true;
    }
    if (count === 0) return this.#consumers.hasHasty ? this.#dismiss() : this.#wait();
    turn.spend(count);
    return this.#serveHeld();
  }

  #serveHeld(): boolean {
    const consumer = this.#consumers.shift();
    if (consumer === undefined) return false;
    // While they are still held: it may call an async hook, which may end the process.
    this.#cancelSurplus();
    within(consumer.scope, () => consumer.deliver(this.#supply.held.take(consumer.want)));
    return true;
  }

  /** Tells the hasty ones that there is nothing: not before a cancelled take is back, which may bring something. */
  #dismiss(): boolean {
    if (this.#cancelling) {
      this.settle();
      return true;
    }
    for (const consumer of this.#consumers.hasty()) {
      // One may take another with it.
      if (!this.#consumers.leave(consumer)) continue;
      apart(() => {
        within(consumer.scope, () => consumer.empty?.());
      });
    }
    return true;
  }

  #wait(): boolean {
    this.#awaited = this.#consumers.demand();
    const refused = this.wait.begin(this.#supply.countReceived());
    if (refused === BEGUN) return false;
    this.#awaited = 0;
    if (refused === CANCELLED) {
      this.#pump.end();
      return false;
    }
    this.#failFirst(waitError(refused, SYSCALL, this.#name));
    return true;
  }

  #failFirst(error: Error): void {
    const consumer = this.#consumers.shift();
    if (consumer !== undefined) within(consumer.scope, () => consumer.fail(error));
  }

  /** Takes no more from the kernel than those in line want. */
  #cancelSurplus(): void {
    if (this.#awaited === 0 || this.#cancelling || this.#consumers.want(this.#awaited)) return;
    if (!this.wait.cancel()) {
      this.#cancelling = true;
      return;
    }
    this.#waitOver();
    this.#pump.schedule();
  }

  #waitEnded(result: number): void {
    this.#waitOver();
    try {
      if (result < 0 && result !== CANCELLED && result !== NOTHING) {
        this.#failFirst(waitError(result, SYSCALL, this.#name));
      }
    } finally {
      this.#pump.run();
    }
  }

  #waitOver(): void {
    this.#awaited = 0;
    this.#cancelling = false;
    this.#whenIdle?.();
  }
}
