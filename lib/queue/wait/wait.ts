import {
  BEGUN,
  CANCELLED,
  NOTHING,
  NO_FREE_THREAD,
  NO_SIGNAL,
  PARKED,
  TIME_OVER,
} from '../../native/answers.js';
import { now } from '../../base/timers.js';
import type { WaitingWay, WaitMode } from './modes.js';
import { poolThreads, type ThreadUser } from './pool-threads.js';
import { WaitPolicy } from './wait-policy.js';

/** What one direction of a queue does for its wait. */
export interface WaitCalls {
  /**
   * Begins to wait in one way. 0 microseconds: without a limit.
   *
   * @returns `BEGUN`, `PARKED`, `NO_FREE_THREAD`, or another negative errno
   */
  begin(way: WaitingWay, microseconds: number): number;
  /** True: it is over. False: `ended` will be called. */
  cancel(): boolean;
  /** Whether its thread can be another wait's, see the native method. */
  yieldThread(): boolean;
  /** The wait is over: a count, or a negative errno. `CANCELLED` after a cancel that brought nothing. */
  done(result: number): void;
}

/**
 * Where a wait is.
 *
 * - `idle`: there is none;
 * - `spinning`: it tries again and again;
 * - `watching`: it is on the loop for a moment, before it blocks a thread;
 * - `polling`: it is on the loop;
 * - `parked`: it needs neither, because its queue has no name now;
 * - `blocking`: it has a thread;
 * - `leaving`: its thread was told to come back, to wait anew in the best way there is then;
 * - `yielding`: the same, to wait on the loop, because its thread is another's;
 * - `cancelling`: its thread was told to come back, and that is its end.
 */
type State =
  | 'idle'
  | 'spinning'
  | 'watching'
  | 'polling'
  | 'parked'
  | 'blocking'
  | 'leaving'
  | 'yielding'
  | 'cancelling';

const ways: Readonly<Record<State, WaitingWay | null>> = {
  idle: null,
  spinning: 'spin',
  watching: 'loop',
  polling: 'loop',
  parked: 'loop',
  blocking: 'worker',
  leaving: 'worker',
  yielding: 'worker',
  cancelling: 'worker',
};

/**
 * The wait of one direction of a queue: spins first where that was asked for or is worth it, then watches
 * the descriptor or blocks a pool thread, and changes between these two while it lasts.
 */
export class Wait implements ThreadUser {
  readonly #mode: WaitMode;
  readonly #calls: WaitCalls;
  readonly #policy: WaitPolicy;
  #state: State = 'idle';
  #referenced = true;
  /** A thread is set aside for it, so that taking that away would free none. */
  #ownsThread = false;

  /** @param clock - counts of milliseconds */
  constructor(
    mode: WaitMode,
    busyPoll: number | undefined,
    calls: WaitCalls,
    clock: () => number = now,
  ) {
    this.#mode = mode;
    this.#calls = calls;
    this.#policy = new WaitPolicy(busyPoll, clock);
  }

  /** How many microseconds a try may take before a wait begins. */
  get patience(): number {
    return this.#policy.patience;
  }

  get way(): WaitingWay | null {
    return ways[this.#state];
  }

  /**
   * `BEGUN` or a negative errno; `NO_FREE_THREAD` when it must have a thread, and none is free.
   *
   * @param without - how many messages went since the last wait
   */
  begin(without: number): number {
    const microseconds = this.#policy.begin(without);
    return microseconds > 0 ? this.#start('spinning', 'spin', microseconds) : this.#watchOrBlock();
  }

  /** True: it is over. False: `done` follows. */
  cancel(): boolean {
    if (this.#state === 'idle') return true;
    const over = this.#calls.cancel();
    this.#become(over ? 'idle' : 'cancelling');
    return over;
  }

  /** The native wait ended. */
  ended(result: number): void {
    const state = this.#state;
    this.#become('idle');
    this.#learn(state, result);
    const answer = this.#goOn(state, result);
    if (answer === undefined) this.#calls.done(result);
    else this.#refused(answer);
  }

  /** As `ended`, for a wait whose end was waited for: `done` is not called. */
  settled(): void {
    this.#become('idle');
  }

  /** While not referenced it waits on the loop, which alone can let the process end. */
  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    if (!referenced) this.#leave('leaving');
    else this.promote();
  }

  promote(): boolean {
    // One that watches blocks a thread by itself, in a moment.
    if (this.#state !== 'polling' || !this.#mayBlock) return true;
    this.#calls.cancel();
    this.#become('idle');
    this.#refused(this.#block());
    return this.way === 'worker';
  }

  yieldThread(): boolean {
    if (this.#mode !== 'auto' || this.#ownsThread) return false;
    if (this.#state !== 'blocking' || !this.#calls.yieldThread()) return false;
    this.#leave('yielding');
    return true;
  }

  ownThread(): void {
    this.#ownsThread = true;
    // Its wait may have begun on the loop.
    this.promote();
  }

  get #mayBlock(): boolean {
    return this.#mode === 'worker' || (this.#mode === 'auto' && this.#referenced);
  }

  #become(state: State): void {
    this.#state = state;
    if (state === 'idle') poolThreads.remove(this);
    else if (state === 'blocking') poolThreads.add(this);
  }

  #start(state: State, way: WaitingWay, microseconds: number): number {
    const answer = this.#calls.begin(way, microseconds);
    if (answer !== BEGUN && answer !== PARKED) return answer;
    this.#become(answer === BEGUN ? state : 'parked');
    return BEGUN;
  }

  #learn(state: State, result: number): void {
    const inVain = result === TIME_OVER || result === NOTHING;
    if (state === 'spinning') this.#policy.spun(result !== TIME_OVER);
    else {
      if (state === 'watching') this.#policy.watched(!inVain);
      if (state !== 'watching' || !inVain) this.#policy.ended(result > 0);
    }
  }

  /** Where that was not its end, the answer to its going on. */
  #goOn(state: State, result: number): number | undefined {
    if (state === 'spinning' && result === TIME_OVER) return this.#watchOrBlock();
    if (state === 'watching' && (result === TIME_OVER || result === NOTHING)) return this.#block();
    if (state === 'leaving' && result === CANCELLED) return this.#block();
    if (state === 'yielding' && result === CANCELLED) return this.#poll();
    return undefined;
  }

  /** From a thread to another way of waiting. */
  #leave(state: 'leaving' | 'yielding'): void {
    if (this.#state !== 'blocking') return;
    this.#become(state);
    if (!this.#calls.cancel()) return;
    // It blocks no thread any more: it had ended, to begin anew on a queue that was opened again.
    this.#become('idle');
    this.#refused(state === 'leaving' ? this.#block() : this.#poll());
  }

  /** A wait that goes on is over if it cannot. */
  #refused(answer: number): void {
    if (answer !== BEGUN) this.#calls.done(answer);
  }

  #watchOrBlock(): number {
    const watch = this.#mode === 'auto' && this.#referenced ? this.#policy.watch : 0;
    return watch > 0 ? this.#start('watching', 'loop', watch * 1000) : this.#block();
  }

  #block(): number {
    if (!this.#mayBlock) return this.#poll();
    const answer = this.#start('blocking', 'worker', 0);
    if (this.#mode === 'worker') return answer;
    if (answer === NO_SIGNAL) return this.#start('polling', 'loop', 0);
    return answer === NO_FREE_THREAD ? this.#poll() : answer;
  }

  /** On the loop, where it may block a thread until one is free. */
  #poll(): number {
    const answer = this.#start('polling', 'loop', 0);
    if (this.#state === 'polling' && this.#mayBlock) poolThreads.want(this);
    return answer;
  }
}
