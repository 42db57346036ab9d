// While messages come one upon the other, the next one is here before a thread could have been put to
// sleep and woken: spin for about as long as that takes. A burst of messages without a wait begins it,
// or as many waits in a row that were short; after each spin in vain it takes twice as many to begin the
// next.
const SPIN_MICROSECONDS = 50;
const SHORTEST_BURST = 8;
const LONGEST_BURST = 512;
// The first spin is a try: the other side sleeps yet, so that its wake-up comes on top.
const TRY_MICROSECONDS = 120;
// Within one call, so that the event loop has to wait for it.
const PATIENCE_MICROSECONDS = 20;
// What two sides that sleep and are woken take for a round trip, on a slow or busy machine.
const SHORT_WAIT_MILLISECONDS = 0.3;
// A spin would have been in time: such a wait counts four times.
const SURE_WAIT_MILLISECONDS = SPIN_MICROSECONDS / 1000;
// One that is longer, as where another process had the processor, does not end a row of short ones.
const PRICE_OF_LONG = 8;
// Of five spins one may be in vain, for the same reason: whoever stops for it makes the other side wait,
// which then stops as well.
const FIRST_CREDIT = 8;
const MOST_CREDIT = 12;
const PRICE_IN_VAIN = 4;
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
  /** Above 0 while spins are worth it: each that was in time adds one, each in vain takes some away. */
  #credit = 0;
  #burst = SHORTEST_BURST;
  /** How many waits were short of late, and how many in a row were brief. */
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
    if (this.#credit > 0) return SPIN_MICROSECONDS;
    const busy = without >= this.#burst || this.#shortWaits >= this.#burst;
    return busy ? TRY_MICROSECONDS : 0;
  }

  /**
   * How many microseconds a try may take before a wait begins: while spins are in time or waits are short, to
   * make a wait and to end it takes longer than to wait for the message.
   */
  get patience(): number {
    if (this.#busyPoll !== undefined) return 0;
    return this.#credit > 0 || this.#shortWaits > 0 ? PATIENCE_MICROSECONDS : 0;
  }

  /** How many milliseconds a wait that might block a thread watches before; 0 for not at all. */
  get watch(): number {
    return this.#briefWaits >= this.#watchAfter ? BRIEF_WAIT_MILLISECONDS : 0;
  }

  /** A spin is over. */
  spun(inTime: boolean): void {
    this.#shortWaits = 0;
    if (inTime) {
      const more = this.#credit > 0 ? this.#credit + 1 : FIRST_CREDIT;
      this.#credit = Math.min(more, MOST_CREDIT);
      this.#burst = SHORTEST_BURST;
    } else if (this.#credit > 0) {
      this.#credit = Math.max(this.#credit - PRICE_IN_VAIN, 0);
    } else {
      this.#burst = Math.min(this.#burst * 2, LONGEST_BURST);
    }
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
    this.#briefWaits = time < BRIEF_WAIT_MILLISECONDS ? this.#briefWaits + 1 : 0;
    if (time < SHORT_WAIT_MILLISECONDS) this.#shortWaits += time < SURE_WAIT_MILLISECONDS ? 4 : 1;
    else this.#shortWaits = Math.max(Math.min(this.#shortWaits, LONGEST_BURST) - PRICE_OF_LONG, 0);
  }
}
