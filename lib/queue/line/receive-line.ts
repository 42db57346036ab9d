import { constants } from 'node:os';
import { systemError } from '../../base/errors.js';
import { inbox } from '../../native/mailbox.js';
import type { Message } from '../../base/message.js';
import type { NativeQueue } from '../../native/binding.js';
import { nextTick } from '../../base/timers.js';
import { apart } from '../../base/apart.js';
import { HeldMessages } from './held-messages.js';
import { Line, type Place } from '../../base/line.js';
import { ifGoingOn } from '../../native/ending.js';
import { within, type Scope } from '../../base/scope.js';
import { waitError } from '../wait/wait-error.js';
import { Turn, turn } from './turn.js';
import { Waiter, type WaitMode } from '../wait/waiter.js';

const { EAGAIN, ECANCELED } = constants.errno;

/** A place in the line of those who want messages. */
export interface Ticket {
  /** How many it takes at most when its turn comes, 1 or more. */
  readonly want: number;
  /** Its turn: 1 to `want` messages. It has left the line. */
  deliver(messages: Message[]): void;
  /** It has left the line and gets nothing. */
  fail(error: Error): void;
  /** For one that does not wait: there is nothing for it now. It has left the line. */
  readonly empty?: (() => void) | undefined;
  /** Where its code is called, if that is code of the user. */
  readonly scope?: Scope | undefined;
  /** Where it stands; the line's own. */
  place?: Place<Ticket> | undefined;
}

/**
 * The one line in which all consumers of a queue object stand. Takes from the kernel only what
 * those in the line want, and keeps what came back until somebody wants it.
 */
export class ReceiveLine {
  readonly #name: string;
  readonly #native: NativeQueue;
  readonly waiter: Waiter;
  readonly #tickets = new Line<Ticket>();
  readonly #held = new HeldMessages();
  /** Those in the line that do not wait. */
  readonly #hasty = new Set<Ticket>();
  /** How many messages the native wait may bring; 0 when there is none. */
  #awaited = 0;
  #cancelling = false;
  /** How many messages were taken since the last wait. */
  #burst = 0;
  #scheduled = false;
  #pumping = false;
  #closedError: (() => Error) | undefined;
  #whenIdle: (() => void) | undefined;

  constructor(name: string, native: NativeQueue, mode: WaitMode, busyPoll: number | undefined) {
    this.#name = name;
    this.#native = native;
    this.waiter = new Waiter(mode, busyPoll, {
      onWorker: () => native.receiveOnWorker(this.#awaited),
      onLoop: (milliseconds) => native.receiveOnLoop(this.#awaited, milliseconds),
      spinning: (microseconds) => native.receiveSpinning(this.#awaited, microseconds),
      cancel: () => native.cancelReceive(),
      yieldThread: () => native.yieldThread(false),
      done: (result) => {
        this.#waitEnded(result as number);
      },
    });
    native.onreceive = (result) => {
      // First of all: whatever runs before may end the process.
      this.#hold(result);
      this.waiter.ended(result);
    };
  }

  /** How many messages were taken from the kernel and wait here for the next consumer. */
  get held(): number {
    return this.#held.size;
  }

  /** @param tried - whether its owner has just tried to take something, in vain */
  join(ticket: Ticket, tried = false): void {
    if (this.#closedError !== undefined) {
      const error = this.#closedError();
      within(ticket.scope, () => ticket.fail(error));
      return;
    }
    ticket.place = this.#tickets.push(ticket);
    if (ticket.empty !== undefined) this.#hasty.add(ticket);
    if (tried && ticket.empty === undefined && this.#isIdle()) this.#wait();
    else this.#schedule();
  }

  /** Whether nobody else stands in line, nothing is on its way and nothing is held. */
  #isIdle(): boolean {
    const alone = this.#tickets.length === 1 && this.#held.size === 0;
    return alone && this.#awaited === 0 && !this.#scheduled && !this.#pumping;
  }

  /** False when it does not stand in the line. */
  leave(ticket: Ticket): boolean {
    if (!this.#tickets.leave(ticket.place)) return false;
    this.#hasty.delete(ticket);
    this.#cancelSurplus();
    return true;
  }

  /**
   * Up to `max` messages without waiting; null when there are none or when somebody stands in line.
   *
   * @param settle - for one that will not wait: whether to wait (microseconds) for the end of a take that
   * is being cancelled; without it that is a reason for null too
   * @throws MessageQueueError when the queue cannot be read
   */
  takeNow(max: number, settle: boolean): Message[] | null {
    if (!this.#mayTake(settle)) return null;
    if (this.#held.size > 0) return this.#held.take(max);
    const count = this.#tryReceive(Math.min(max, Turn.limit), settle);
    return count > 0 ? inbox.take(this.#native, count) : null;
  }

  /** As `takeNow(1, settle)`. */
  takeOne(settle: boolean): Message | null {
    if (!this.#mayTake(settle)) return null;
    const held = this.#held.takeOne();
    if (held !== undefined) return held;
    return this.#tryReceive(1, settle) > 0 ? inbox.takeOne(this.#native) : null;
  }

  #mayTake(settle: boolean): boolean {
    if (this.#tickets.length > 0) return false;
    if (!this.#cancelling) return true;
    if (settle) this.settle();
    return settle;
  }

  /** How many are in the inbox, 0 when there is none to take. */
  #tryReceive(max: number, hasty: boolean): number {
    const result = this.#native.tryReceive(max, hasty ? 0 : this.waiter.patience);
    if (result === -EAGAIN) return 0;
    if (result < 0) throw systemError(result, 'mq_timedreceive', this.#name);
    this.#burst += result;
    return result;
  }

  /** Waits for the end of a take that is being cancelled, so that `held` counts what it brought. */
  settle(): void {
    if (!this.#cancelling) return;
    this.#hold(this.#native.settleReceive());
    this.waiter.settled();
    this.#waitOver();
  }

  /** Messages that were taken but not delivered: the next consumer gets them first. */
  handBack(messages: readonly Message[]): void {
    if (messages.length === 0) return;
    this.#held.add(messages);
    this.#schedule();
  }

  /** Fails all who stand in line. Resolves when nothing more can come from the kernel. */
  async close(error: () => Error): Promise<void> {
    this.#closedError = error;
    this.#hasty.clear();
    for (const ticket of this.#tickets.take(Infinity)) {
      apart(() => {
        within(ticket.scope, () => ticket.fail(error()));
      });
    }
    this.#cancelSurplus();
    if (this.#awaited > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
  }

  /** As `takeHeld`, with what a take brought that was cancelled just now. */
  takeLate(): Message[] {
    this.settle();
    return this.takeHeld();
  }

  /** Everything that waits here, in the kernel's order. */
  takeHeld(): Message[] {
    return this.#held.take(Infinity);
  }

  #demand(): number {
    // Each wants one at least.
    if (this.#tickets.length >= Turn.limit) return Turn.limit;
    let demand = 0;
    for (let place = this.#tickets.front; place !== undefined; place = place.behind) {
      demand += place.value.want;
    }
    return Math.min(demand, Turn.limit);
  }

  #isWanted(count: number): boolean {
    return count <= this.#tickets.length || count <= this.#demand();
  }

  #schedule(): void {
    if (this.#scheduled || this.#pumping || this.#tickets.length === 0) return;
    this.#scheduled = true;
    nextTick(this.#scheduledPump);
  }

  readonly #scheduledPump = (): void => {
    this.#scheduled = false;
    this.#pump();
  };

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#tickets.length > 0 && this.#serveNext());
    } finally {
      this.#pumping = false;
      // A consumer that throws must not keep the others from their messages.
      if (this.#held.size > 0 || this.#awaited === 0) this.#schedule();
    }
  }

  /** False when nobody can be served now. */
  #serveNext(): boolean {
    if (this.#held.size === 0) {
      // Others may wait for what a hasty one is to look for.
      if ((this.#awaited > 0 && this.#hasty.size === 0) || this.#scheduled) return false;
      if (!turn.open) {
        this.#scheduled = true;
        turn.next(this.#scheduledPump);
        return false;
      }
      const patience = this.#hasty.size > 0 ? 0 : this.waiter.patience;
      const result = this.#native.tryReceive(this.#demand(), patience);
      if (result === -EAGAIN) return this.#hasty.size > 0 ? this.#dismiss() : this.#wait();
      if (result < 0) {
        this.#failFirst(systemError(result, 'mq_timedreceive', this.#name));
        return true;
      }
      this.#held.addTaken(inbox.take(this.#native, result));
      this.#burst += result;
      turn.spend(result);
    }
    const ticket = this.#tickets.shift();
    if (ticket === undefined) return false;
    this.#hasty.delete(ticket);
    // While they are still held: it may call an async hook, which may end the process.
    this.#cancelSurplus();
    within(ticket.scope, () => ticket.deliver(this.#held.take(ticket.want)));
    return true;
  }

  /** Sends those away that do not wait, when nothing is on its way to one who has gone. */
  #dismiss(): boolean {
    if (this.#cancelling) {
      this.settle();
      return true;
    }
    const hasty = [...this.#hasty];
    this.#hasty.clear();
    for (const ticket of hasty) {
      if (!this.#tickets.leave(ticket.place)) continue;
      apart(() => {
        within(ticket.scope, () => ticket.empty?.());
      });
    }
    return true;
  }

  #wait(): boolean {
    this.#awaited = this.#demand();
    const refused = this.waiter.begin(this.#burst);
    this.#burst = 0;
    if (refused === 0) return false;
    this.#awaited = 0;
    // The process is ending: no wait begins any more, and nobody is left to be told.
    if (refused === -ECANCELED) {
      this.#scheduled = true;
      ifGoingOn(this.#scheduledPump);
      return false;
    }
    this.#failFirst(waitError(refused, 'mq_timedreceive', this.#name));
    return true;
  }

  #failFirst(error: Error): void {
    const ticket = this.#tickets.shift();
    if (ticket !== undefined) within(ticket.scope, () => ticket.fail(error));
  }

  /** What a wait brought: out of the inbox, before anything else is received. */
  #hold(result: number): void {
    if (result <= 0) return;
    this.#held.addTaken(inbox.take(this.#native, result));
  }

  /** Takes no more from the kernel than those in line want. */
  #cancelSurplus(): void {
    if (this.#awaited === 0 || this.#cancelling || this.#isWanted(this.#awaited)) return;
    if (this.waiter.cancel()) {
      this.#waitOver();
    } else {
      this.#cancelling = true;
    }
  }

  #waitEnded(result: number): void {
    this.#waitOver();
    try {
      if (result < 0 && result !== -ECANCELED && result !== -EAGAIN) {
        this.#failFirst(waitError(result, 'mq_timedreceive', this.#name));
      }
    } finally {
      this.#pump();
    }
  }

  #waitOver(): void {
    this.#awaited = 0;
    this.#cancelling = false;
    this.#schedule();
    this.#whenIdle?.();
  }
}
