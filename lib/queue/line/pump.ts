import { nextTick } from '../../base/timers.js';
import { ifGoingOn } from '../../native/ending.js';
import { turn } from './turn.js';

/** What a pump needs of its line. */
export interface Pumped {
  /** Whether somebody stands there and no wait is to bring what he needs. */
  hasWork(): boolean;
  /** Serves one. False when nobody can be served now. */
  serveNext(): boolean;
}

/**
 * When the pump runs next.
 *
 * - `idle`: not before somebody joins the line, or a wait of it is over;
 * - `soon`: in the next tick;
 * - `deferred`: after the event loop has had its turn, and until then the kernel is not asked;
 * - `ending`: never, as the process ends; unless it was only said to.
 */
type Next = 'idle' | 'soon' | 'deferred' | 'ending';

/** Serves those who stand in a line, one after the other, for as long as the event loop can be kept. */
export class Pump {
  readonly #line: Pumped;
  #next: Next = 'idle';
  #running = false;

  constructor(line: Pumped) {
    this.#line = line;
  }

  /** Whether it does not run, and nothing is to make it run. */
  get idle(): boolean {
    return this.#next === 'idle' && !this.#running;
  }

  /** Runs soon, if there is something to do. */
  schedule(): void {
    if (!this.idle || !this.#line.hasWork()) return;
    this.#next = 'soon';
    nextTick(this.#resume);
  }

  /** Runs now. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#line.serveNext());
    } finally {
      this.#running = false;
      // A consumer that throws must not keep the others from what is theirs.
      this.schedule();
    }
  }

  /** Whether the kernel may be asked now. If not, the pump runs as soon as it may. */
  mayAsk(): boolean {
    if (this.#next !== 'idle') return false;
    if (turn.open) return true;
    this.#next = 'deferred';
    turn.next(this.#resume);
    return false;
  }

  /** The process is ending: no wait begins any more, and nobody is left to be told. */
  end(): void {
    this.#next = 'ending';
    ifGoingOn(this.#resume);
  }

  readonly #resume = (): void => {
    this.#next = 'idle';
    this.run();
  };
}
