// While messages come one upon the other, the next one is here before a thread could have been put to
// sleep and woken: spin for about as long as that takes. A burst of messages without a wait begins it,
// or as many waits in a row that were short; after each spin in vain it takes twice as many to begin the
// next.
const SPIN_MICROSECONDS = 50;
const SHORTEST_BURST = 8;
const LONGEST_BURST = 512;
// On the event loop. Consumers that are served in turn wait longer, because between two messages of one
// the others are served.
const SHORT_WAIT_MILLISECONDS = 0.07;
// A blocked pool thread is woken, then the event loop by it: three times what it takes to wake the loop
// alone. So a wait of `auto` watches the descriptor first, unless that was in vain lately.
const BRIEF_WAIT_MILLISECONDS = 2;

/**
 * With what a wait begins, learned from those before it. It knows no queue: it is told what happened, and
 * has a clock.
 */
export class WaitPolicy {
  readonly #busyPoll: number | undefined;
  readonly #now: () => number;
  #began = 0;
  /** The last wait ended while it was spinning. */
  #steady = false;
  #burst = SHORTEST_BURST;
  /** How many waits in a row were short, and how many were brief. */
  #shortWaits = 0;
  #briefWaits = 0;
  /** How many brief waits it takes to watch again. */
  #watchAfter = 0;

  /**
   * @param busyPoll - microseconds that were asked for
   * @param now - a clock of milliseconds
   */
  constructor(busyPoll: number | undefined, now: () => number) {
    this.#busyPoll = busyPoll;
    this.#now = now;
  }

  /**
   * A wait begins: how many microseconds it spins first.
   *
   * @param without - how many messages went since the last wait
   */
  begin(without: number): number {
    this.#began = this.#now();
    if (this.#busyPoll !== undefined) return this.#busyPoll;
    const busy = this.#steady || without >= this.#burst || this.#shortWaits >= this.#burst;
    return busy ? SPIN_MICROSECONDS : 0;
  }

  /** How many milliseconds a wait that might block a thread watches before; 0 for not at all. */
  get watch(): number {
    return this.#briefWaits >= this.#watchAfter ? BRIEF_WAIT_MILLISECONDS : 0;
  }

  /** A spin is over. */
  spun(inTime: boolean): void {
    this.#steady = inTime;
    this.#shortWaits = 0;
    this.#burst = inTime ? SHORTEST_BURST : Math.min(this.#burst * 2, LONGEST_BURST);
  }

  /** The watch before a thread is blocked is over. In vain also where another process was faster. */
  watched(inTime: boolean): void {
    this.#briefWaits = 0;
    this.#watchAfter = inTime
      ? 0
      : Math.min(Math.max(this.#watchAfter * 2, SHORTEST_BURST), LONGEST_BURST);
  }

  /** A wait that did not end by spinning is over; `brought` something or failed. */
  ended(brought: boolean): void {
    const time = brought ? this.#now() - this.#began : Infinity;
    this.#shortWaits = time < SHORT_WAIT_MILLISECONDS ? this.#shortWaits + 1 : 0;
    this.#briefWaits = time < BRIEF_WAIT_MILLISECONDS ? this.#briefWaits + 1 : 0;
  }
}
