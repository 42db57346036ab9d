import { native } from '../../native/native.js';
import { setImmediate } from '../../base/timers.js';
import { apart } from '../../base/apart.js';

// The delay of everything else on the loop, which a user's consumers add to.
const LONGEST_MILLISECONDS = 5;
// A look at the clock for every message would cost the fast ones too much.
const SPARSE = 8;

/**
 * Bounds how long and how many queue operations are done before the event loop gets its turn. A queue
 * that never empties would otherwise keep promises and callbacks going for ever, and nothing else
 * would run.
 */
export class Turn {
  // A thread that has no addon has turns too. The addon brings as many in one call, or fewer.
  static readonly limit = 512;
  #used = 0;
  #unlooked = 0;
  #stride = SPARSE;
  #waiting: (() => void)[] = [];

  /** False when the loop must have its turn first: then use {@link next}. */
  get open(): boolean {
    return this.#used < Turn.limit;
  }

  spend(operations = 1): void {
    this.#used += operations;
    this.#unlooked += operations;
    if (this.#unlooked >= this.#stride) this.#look();
  }

  /** Calls `resume` after the event loop has had its turn. */
  next(resume: () => void): void {
    if (this.#waiting.push(resume) > 1) return;
    setImmediate(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#used = 0;
      for (const each of waiting) apart(each);
    });
  }

  /** Resolves when it is open, at once or after the event loop has had its turn. */
  async opened(): Promise<void> {
    while (!this.open) {
      await new Promise<void>((resolve) => {
        this.next(resolve);
      });
    }
  }

  #look(): void {
    this.#unlooked = 0;
    const busy = native.loopBusy();
    // Slow consumers are looked at after each message.
    this.#stride = busy > LONGEST_MILLISECONDS / SPARSE ? 1 : SPARSE;
    if (busy > LONGEST_MILLISECONDS) this.#used = Turn.limit;
  }
}

/** The one of this thread. */
export const turn: Turn = new Turn();
