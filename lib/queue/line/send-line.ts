import { constants } from 'node:os';
import { closedError, systemError } from '../../base/errors.js';
import { outbox, type OutgoingMessages } from '../../native/mailbox.js';
import { BEGUN, CANCELLED, NOTHING, UNREADABLE } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';
import { apart } from '../../base/apart.js';
import { Line, type Place } from '../../base/line.js';
import { within, type Scope } from '../../base/scope.js';
import { Pump } from './pump.js';
import { turn } from './turn.js';
import { waitError } from '../wait/wait-error.js';
import { facts } from '../../native/facts.js';
import type { WaitMode } from '../wait/modes.js';
import { Wait } from '../wait/wait.js';

const { EBADF } = constants.errno;
const SYSCALL = 'mq_timedsend';

/** A place in the line of those who send. */
export interface SendTicket {
  /** One message or more, sent in this order. */
  readonly messages: OutgoingMessages;
  /** It has left the line: `null`, or why not all went. `sent`: how many the kernel took. */
  settle(error: Error | null, sent: number): void;
  /** Where its code is called, if that is code of the user. */
  readonly scope?: Scope | undefined;
  /** Where it stands; the line's own. */
  place?: Place<Standing> | undefined;
}

/** What the line knows of a ticket. */
export interface Standing {
  readonly ticket: SendTicket;
  readonly count: number;
  sent: number;
  givenUp: Error | null;
}

/** The one line in which all senders of a queue object stand. */
export class SendLine {
  readonly #name: string;
  readonly #native: NativeQueue;
  readonly #maySend: boolean;
  readonly wait: Wait;
  readonly #line = new Line<Standing>();
  readonly #pump: Pump;
  #waiting = false;
  /** How many messages were sent since the last wait. */
  #burst = 0;
  /** The last send found no room: who joins next need not try again. */
  #foundFull = false;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  /** @param maySend - false for a queue that is to be read only, whatever its descriptor can do */
  constructor(
    name: string,
    native: NativeQueue,
    mode: WaitMode,
    busyPoll: number | undefined,
    maySend = true,
  ) {
    this.#name = name;
    this.#native = native;
    this.#maySend = maySend;
    this.wait = new Wait(mode, busyPoll, {
      begin: (way, microseconds) =>
        this.#withFront((count) => native.beginSend(facts().ways[way], count, microseconds)),
      cancel: () => {
        const sent = native.cancelSend();
        const front = this.#line.front?.value;
        if (sent > 0 && front !== undefined) front.sent += sent;
        return sent >= 0;
      },
      yieldThread: () => native.yieldThread(true),
      done: (result) => {
        this.#waitEnded(result);
      },
    });
    this.#pump = new Pump({
      hasWork: () => this.#line.length > 0 && !this.#waiting,
      serveNext: () => this.#serveFirst(),
    });
    native.onsend = (result) => {
      this.wait.ended(result);
    };
  }

  /** Whether anybody stands in line. */
  get busy(): boolean {
    return this.#line.length > 0;
  }

  /** As the kernel would answer if the descriptor could only read. */
  readonly #try = (count: number): number => (this.#maySend ? this.#native.trySend(count) : -EBADF);

  /**
   * Sends one message without waiting. False when the queue is full or when somebody stands in
   * line.
   *
   * @throws MessageQueueError when it can never be sent
   */
  trySend(bytes: Uint8Array, priority: number): boolean {
    if (this.#line.length > 0) return false;
    const result = outbox.putOne(bytes, priority) ? this.#try(1) : UNREADABLE;
    this.#foundFull = result === NOTHING;
    if (result > 0) {
      this.#burst += 1;
      return true;
    }
    if (this.#foundFull) return false;
    throw systemError(result, SYSCALL, this.#name);
  }

  /**
   * As `trySend`, for one who joins where that is false: also because the event loop has to have its turn
   * first.
   */
  sendOne(bytes: Uint8Array, priority: number): boolean {
    if (!turn.open || !this.trySend(bytes, priority)) return false;
    turn.spend();
    return true;
  }

  /**
   * Sends what it can at once: how many messages that were, 0 when it was not the time for it, or a negative
   * errno. With another one than `NOTHING` the line fails as well. Who has some left joins.
   *
   * @param first - the number of the message to begin with
   */
  send(messages: OutgoingMessages, first = 0): number {
    if (this.#closed || this.#line.length > 0 || !turn.open) return 0;
    const count = outbox.put(messages, first);
    const result = count > 0 ? this.#try(count) : UNREADABLE;
    this.#foundFull = result === NOTHING || (result > 0 && result < count);
    if (result < 0) return result;
    this.#burst += result;
    turn.spend(result);
    return result;
  }

  /**
   * To the end of the line.
   *
   * @param sent - how many of its messages have gone already
   */
  join(ticket: SendTicket, sent = 0): void {
    const foundFull = this.#foundFull;
    this.#foundFull = false;
    if (this.#closed) {
      const error = closedError(this.#name, SYSCALL);
      within(ticket.scope, () => ticket.settle(error, sent));
      return;
    }
    const waits = foundFull && this.#line.length === 0 && !this.#waiting && this.#pump.idle;
    const standing = { ticket, count: ticket.messages.length / 2, sent, givenUp: null };
    ticket.place = this.#line.push(standing);
    if (waits) this.#wait(standing);
    else this.#pump.schedule();
  }

  /**
   * Gives up with `error`. Settled at once, or as soon as it is known whether the kernel took the
   * message that is on its way.
   */
  leave(ticket: SendTicket, error: Error): void {
    const { place } = ticket;
    if (place?.line !== this.#line || place.value.givenUp !== null) return;
    const standing = place.value;
    if (place === this.#line.front && this.#waiting) {
      standing.givenUp = error;
      if (!this.wait.cancel()) return;
      this.#waiting = false;
    }
    this.#settle(standing, error);
    this.#pump.schedule();
  }

  /** Fails all who stand in line. Resolves when each of them is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { ticket } of this.#line.values()) {
      apart(() => {
        this.leave(ticket, closedError(this.#name, SYSCALL));
      });
    }
    if (this.#line.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  /** For the end of the process: fails all who stand in line, at once. */
  giveUp(error: () => Error): void {
    this.#closed = true;
    const front = this.#line.front?.value;
    if (this.#waiting && front !== undefined) {
      front.sent += this.#native.settleSend();
      this.#waiting = false;
      this.wait.settled();
    }
    for (const { ticket, sent } of this.#line.take(Infinity)) ticket.settle(error(), sent);
  }

  /**
   * Puts what the first in line still has to send into the outbox, as many messages as fit, and sends
   * them. As the kernel has it, `UNREADABLE` stands for bytes that cannot be read.
   */
  #withFront(send: (count: number) => number): number {
    const front = this.#line.front?.value;
    const count = front === undefined ? 0 : outbox.put(front.ticket.messages, front.sent);
    return count > 0 ? send(count) : UNREADABLE;
  }

  /** False when nothing can be sent now. */
  #serveFirst(): boolean {
    const front = this.#line.front?.value;
    if (front === undefined || this.#waiting || !this.#pump.mayAsk()) return false;
    const result = this.#withFront(this.#try);
    if (result >= 0) {
      this.#burst += result;
      turn.spend(result);
      this.#advance(front, result);
      return true;
    }
    if (result !== NOTHING) {
      this.#settle(front, systemError(result, SYSCALL, this.#name));
      return true;
    }
    return this.#wait(front);
  }

  #wait(front: Standing): boolean {
    const refused = this.wait.begin(this.#burst);
    this.#burst = 0;
    this.#waiting = refused === BEGUN;
    if (refused === BEGUN) return false;
    if (refused === CANCELLED) {
      this.#pump.end();
      return false;
    }
    this.#settle(front, waitError(refused, SYSCALL, this.#name));
    return true;
  }

  #waitEnded(result: number): void {
    this.#waiting = false;
    const front = this.#line.front?.value;
    try {
      if (front !== undefined) this.#waitBrought(front, result);
    } finally {
      this.#pump.run();
    }
  }

  #waitBrought(front: Standing, result: number): void {
    if (result >= 0) this.#advance(front, result);
    else if (result !== CANCELLED && result !== NOTHING) {
      this.#settle(front, waitError(result, SYSCALL, this.#name));
    }
    if (front.givenUp !== null) this.#settle(front, front.givenUp);
  }

  #advance(standing: Standing, sent: number): void {
    standing.sent += sent;
    if (standing.sent === standing.count) this.#settle(standing, null);
  }

  #settle(standing: Standing, error: Error | null): void {
    if (!this.#line.leave(standing.ticket.place)) return;
    if (this.#line.length === 0) this.#whenIdle?.();
    const { ticket, sent } = standing;
    within(ticket.scope, () => ticket.settle(error, sent));
  }
}
