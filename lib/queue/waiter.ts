import { constants } from 'node:os';
import { native } from '../native.js';
import { now, setImmediate } from '../timers.js';
import { Promotions } from './promotions.js';

// While messages come one upon the other, the next one is here before a thread could have been put to
// sleep and woken: spin for about as long as that takes. A burst of messages without a wait begins it,
// or as many waits in a row that were short; after each spin in vain it takes twice as many to begin the
// next.
const SHORT_SPIN_MICROSECONDS = 50;
const SHORTEST_BURST = 8;
const LONGEST_BURST = 512;
// In milliseconds, on the event loop, with the way to a pool thread and back. Consumers that are served
// in turn wait longer, because between two messages of one the others are served.
const SHORT_WAIT = 0.07;

const { EBUSY, ECANCELED, ENOSYS, ETIMEDOUT } = constants.errno;

/** Of a wait that was begun and needs no thread, nor will it. */
export const NO_THREAD = 1;

/** How a queue waits. */
export type WaitMode = 'auto' | 'worker' | 'loop';

/** In which way a wait is being done. */
export type WaitingWay = 'worker' | 'loop' | 'spin';

/**
 * What one direction of a queue gives its waiter. The first three return 0, `NO_THREAD` or a negative
 * errno, `cancel` as the native methods do.
 */
export interface WaitCalls {
  onWorker(): number;
  onLoop(): number;
  spinning(microseconds: number): number;
  cancel(): boolean;
  /** The wait is over. `-ECANCELED` after a cancel that brought nothing. */
  done(result: unknown): void;
}

/**
 * One wait of one direction of a queue: spins first where that was asked for, then blocks a pool
 * thread or watches the descriptor, and changes between these two while it lasts.
 */
export class Waiter {
  readonly mode: WaitMode;
  readonly #busyPoll: number | undefined;
  readonly #calls: WaitCalls;
  readonly #now: () => number;
  #way: WaitingWay | null = null;
  /** The last wait ended while it was spinning. */
  #steady = false;
  #burst = SHORTEST_BURST;
  /** How many waits in a row were short. */
  #shortWaits = 0;
  #began = 0;
  #referenced = true;
  #cancelled = false;
  #moving = false;
  #demoted = false;
  #afterMove: (() => void) | undefined;
  /** Its pool thread is set aside for it, so taking it away would free none. */
  reserved = false;

  /** @param clock - counts of milliseconds */
  constructor(
    mode: WaitMode,
    busyPoll: number | undefined,
    calls: WaitCalls,
    clock: () => number = now,
  ) {
    this.mode = mode;
    this.#busyPoll = busyPoll;
    this.#calls = calls;
    this.#now = clock;
  }

  get way(): WaitingWay | null {
    return this.#way;
  }

  /**
   * 0 or a negative errno; `-EBUSY` when the budget of pool threads is used up.
   *
   * @param without - how many messages went since the last wait
   */
  begin(without: number): number {
    this.#cancelled = false;
    const busy = this.#steady || without >= this.#burst || this.#shortWaits >= this.#burst;
    const microseconds = this.#busyPoll ?? (busy ? SHORT_SPIN_MICROSECONDS : 0);
    if (this.#busyPoll === undefined) this.#began = this.#now();
    if (microseconds === 0) return this.#block();
    const result = this.#calls.spinning(microseconds);
    if (result === NO_THREAD) this.#way = 'loop';
    if (result === 0) this.#way = 'spin';
    return Math.min(result, 0);
  }

  /** True: it is over. False: `done` follows. */
  cancel(): boolean {
    this.#cancelled = true;
    if (this.#way === null) return true;
    if (!this.#calls.cancel()) return false;
    this.#over();
    return true;
  }

  /** The native wait ended. */
  ended(result: unknown): void {
    const way = this.#way;
    const moving = this.#moving;
    const afterMove = this.#afterMove;
    this.#over();
    if (way === 'spin') this.#learn(result !== -ETIMEDOUT);
    else if (this.#busyPoll === undefined) this.#measure(result);
    afterMove?.();
    const goesOn =
      !this.#cancelled &&
      ((way === 'spin' && result === -ETIMEDOUT) || (moving && result === -ECANCELED));
    if (!goesOn) {
      this.#demoted = false;
      this.#calls.done(result);
      return;
    }
    const refused = this.#block();
    if (refused !== 0) this.#calls.done(refused);
  }

  #learn(inTime: boolean): void {
    this.#steady = inTime;
    this.#shortWaits = 0;
    this.#burst = inTime ? SHORTEST_BURST : Math.min(this.#burst * 2, LONGEST_BURST);
  }

  #measure(result: unknown): void {
    const failed = typeof result === 'number' && result <= 0;
    const isShort = !failed && this.#now() - this.#began < SHORT_WAIT;
    this.#shortWaits = isShort ? this.#shortWaits + 1 : 0;
  }

  /** As `ended`, for a wait that was settled: `done` is not called. */
  settled(): void {
    const afterMove = this.#afterMove;
    this.#over();
    // The pool thread counts as blocked until its job is back on the loop.
    if (afterMove !== undefined) setImmediate(afterMove);
  }

  #over(): void {
    this.#way = null;
    this.#moving = false;
    this.#afterMove = undefined;
    promotions.remove(this);
    blocked.delete(this);
  }

  /** While not referenced it waits on the loop, which alone can let the process end. */
  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    if (this.#way === 'worker' && !referenced) this.#move();
    if (this.#way === 'loop' && referenced) this.promote();
  }

  /** From the loop to a pool thread, where one is free. */
  promote(): boolean {
    if (this.#way !== 'loop' || this.mode !== 'auto' || !this.#referenced) return true;
    this.#calls.cancel();
    this.#over();
    const refused = this.#block();
    if (refused !== 0) this.#calls.done(refused);
    return (this.#way as WaitingWay | null) === 'worker';
  }

  /**
   * Makes one wait of `auto` in this thread go over to the loop, then calls `next`, which finds the
   * pool thread free. False when there is none.
   */
  static takeThread(next: () => void): boolean {
    for (const waiter of blocked) {
      if (waiter.mode !== 'auto' || waiter.reserved) continue;
      if (waiter.#moving || waiter.#cancelled) continue;
      waiter.#demoted = true;
      waiter.#afterMove = next;
      waiter.#move();
      return true;
    }
    return false;
  }

  #move(): void {
    this.#moving = true;
    if (!this.#calls.cancel()) return;
    // It blocks no thread any more: it had ended, to begin anew on a queue that was opened again.
    const afterMove = this.#afterMove;
    this.#over();
    afterMove?.();
    const refused = this.#block();
    if (refused !== 0) this.#calls.done(refused);
  }

  #block(): number {
    const mayBlock = this.mode === 'worker' || (this.mode === 'auto' && this.#referenced);
    let canBlock = mayBlock;
    if (mayBlock && !this.#demoted) {
      const result = this.#calls.onWorker();
      if (result === 0) {
        this.#way = 'worker';
        blocked.add(this);
        return 0;
      }
      if (result === NO_THREAD) {
        this.#way = 'loop';
        return 0;
      }
      // ENOSYS: every real-time signal is in use, so a blocked thread could not be woken.
      canBlock = result !== -ENOSYS;
      if (this.mode !== 'auto' || (canBlock && result !== -EBUSY)) return result;
    }
    this.#demoted = false;
    const result = this.#calls.onLoop();
    if (result < 0) return result;
    this.#way = 'loop';
    if (canBlock && result !== NO_THREAD) promotions.add(this);
    return 0;
  }
}

const blocked = new Set<Waiter>();
const promotions = new Promotions<Waiter>((listener) => {
  native.notifyWhenThreadFree(listener);
});
