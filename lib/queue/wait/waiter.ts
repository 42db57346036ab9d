import { constants } from 'node:os';
import { native } from '../../native/native.js';
import { now } from '../../base/timers.js';
import { Promotions } from './promotions.js';
import { WaitPolicy } from './wait-policy.js';

const { EAGAIN, EBUSY, ECANCELED, ENOSYS, ETIMEDOUT } = constants.errno;

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
  /** 0 milliseconds: without a limit. */
  onLoop(milliseconds: number): number;
  spinning(microseconds: number): number;
  cancel(): boolean;
  /** Whether its pool thread can be another wait's, see the native method. */
  yieldThread(): boolean;
  /** The wait is over. `-ECANCELED` after a cancel that brought nothing. */
  done(result: unknown): void;
}

/**
 * One wait of one direction of a queue: spins first where that was asked for or is worth it, then watches
 * the descriptor or blocks a pool thread, and changes between these two while it lasts.
 */
export class Waiter {
  readonly mode: WaitMode;
  readonly #calls: WaitCalls;
  readonly #policy: WaitPolicy;
  #way: WaitingWay | null = null;
  /** It is on the loop for a moment, before it blocks a thread. */
  #watching = false;
  #referenced = true;
  #cancelled = false;
  #moving = false;
  #demoted = false;
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
    this.#calls = calls;
    this.#policy = new WaitPolicy(busyPoll, clock);
  }

  /** How many microseconds a try may take before a wait begins. */
  get patience(): number {
    return this.#policy.patience;
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
    const microseconds = this.#policy.begin(without);
    if (microseconds === 0) return this.#watchOrBlock();
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
    const watching = this.#watching;
    const moving = this.#moving;
    this.#over();
    const timedOut = result === -ETIMEDOUT;
    const inVain = watching && (timedOut || result === -EAGAIN);
    if (way === 'spin') this.#policy.spun(!timedOut);
    else if (watching) this.#policy.watched(!inVain);
    if (way !== 'spin' && !inVain) this.#policy.ended(typeof result !== 'number' || result > 0);
    const goesOn = (way === 'spin' && timedOut) || inVain || (moving && result === -ECANCELED);
    if (this.#cancelled || !goesOn) {
      this.#demoted = false;
      this.#calls.done(result);
      return;
    }
    const refused = way === 'spin' ? this.#watchOrBlock() : this.#block();
    if (refused !== 0) this.#calls.done(refused);
  }

  /** As `ended`, for a wait that was settled: `done` is not called. */
  settled(): void {
    this.#over();
  }

  #over(): void {
    this.#way = null;
    this.#watching = false;
    this.#moving = false;
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
    if (this.#way !== 'loop' || this.mode === 'loop' || !this.#referenced) return true;
    // It does so by itself, in a moment.
    if (this.#watching) return true;
    this.#calls.cancel();
    this.#over();
    const refused = this.#block();
    if (refused !== 0) this.#calls.done(refused);
    return (this.#way as WaitingWay | null) === 'worker';
  }

  /**
   * Makes one wait of `auto` in this thread go over to the loop: its pool thread is that of the next
   * `reserveThread()`, and nobody can get it in between. False when there is none.
   */
  static yieldThread(): boolean {
    for (const waiter of blocked) {
      if (waiter.mode !== 'auto' || waiter.reserved) continue;
      if (waiter.#moving || waiter.#cancelled || !waiter.#calls.yieldThread()) continue;
      waiter.#demoted = true;
      waiter.#move();
      return true;
    }
    return false;
  }

  #move(): void {
    this.#moving = true;
    if (!this.#calls.cancel()) return;
    // It blocks no thread any more: it had ended, to begin anew on a queue that was opened again.
    this.#over();
    const refused = this.#block();
    if (refused !== 0) this.#calls.done(refused);
  }

  #watchOrBlock(): number {
    const mayBlock = this.mode === 'auto' && this.#referenced && !this.#demoted;
    const milliseconds = mayBlock ? this.#policy.watch : 0;
    if (milliseconds === 0) return this.#block();
    const result = this.#calls.onLoop(milliseconds);
    if (result < 0) return result;
    this.#way = 'loop';
    this.#watching = result !== NO_THREAD;
    return 0;
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
      if (canBlock && result !== -EBUSY) return result;
      if (this.mode !== 'auto') return result;
    }
    this.#demoted = false;
    const result = this.#calls.onLoop(0);
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
