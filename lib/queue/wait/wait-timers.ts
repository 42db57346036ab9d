import { LONGEST_TIMER } from '../../base/options.js';
import { clearTimeout, setTimeout } from '../../base/timers.js';

/**
 * Milliseconds for `setTimeout` that end no earlier than so many have passed: it counts whole ones of a
 * clock that shows whole ones, so that up to one of them is over when it begins.
 */
export function atLeast(milliseconds: number): number {
  return Math.min(Math.ceil(milliseconds) + 1, LONGEST_TIMER);
}

/** The timeouts of those who wait at one queue: they keep the process alive where the queue does. */
export class WaitTimers {
  readonly #timers = new Set<NodeJS.Timeout>();
  #referenced = true;

  start(expire: () => void, milliseconds: number): NodeJS.Timeout {
    const timer = setTimeout(expire, atLeast(milliseconds));
    if (!this.#referenced) timer.unref();
    this.#timers.add(timer);
    return timer;
  }

  stop(timer: NodeJS.Timeout | undefined): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    for (const timer of this.#timers) {
      if (referenced) timer.ref();
      else timer.unref();
    }
  }
}
