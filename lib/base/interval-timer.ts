import { clearTimeout, setTimeout } from './timers.js';

/** Milliseconds between two looks at a queue's name while somebody waits. */
export const LINK_PERIOD = 250;

const SHORTEST = 10;
// With the spread, no later than that.
const LONGEST = LINK_PERIOD * 0.8;

/** Calls `look` again and again: regularly, or while `backOff` is called each time, ever more rarely. */
export class LinkTimer {
  readonly #look: () => void;
  #timer: NodeJS.Timeout | undefined;
  #delay = 0;

  constructor(look: () => void) {
    this.#look = look;
  }

  /** @param referenced - whether it keeps the process alive */
  start(referenced: boolean): void {
    this.#timer ??= setTimeout(this.#fire, this.#next());
    if (referenced) this.#timer.ref();
    else this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  backOff(): void {
    this.#delay = Math.min(LONGEST, Math.max(SHORTEST, this.#delay * 2));
  }

  reset(): void {
    this.#delay = 0;
  }

  /** Spread by a quarter, so that many processes do not all come at one time. */
  #next(): number {
    return this.#delay === 0 ? LINK_PERIOD : this.#delay * (0.75 + Math.random() * 0.5);
  }

  readonly #fire = (): void => {
    const referenced = this.#timer?.hasRef() ?? false;
    this.#timer = undefined;
    this.start(referenced);
    const before = this.#delay;
    this.#look();
    if (this.#timer === undefined || this.#delay === before) return;
    const nowReferenced = (this.#timer as NodeJS.Timeout).hasRef();
    this.stop();
    this.start(nowReferenced);
  };
}
