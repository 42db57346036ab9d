/**
 * Bounds how many queue operations are done before the event loop gets its turn. A queue that never
 * empties would otherwise keep promises and callbacks going for ever, and nothing else would run.
 */
export class Turn {
  static readonly limit = 512;
  #used = 0;
  #waiting: (() => void)[] = [];

  /** False when the loop must have its turn first: then use {@link next}. */
  get open(): boolean {
    return this.#used < Turn.limit;
  }

  spend(operations = 1): void {
    this.#used += operations;
  }

  /** Calls `resume` after the event loop has had its turn. */
  next(resume: () => void): void {
    if (this.#waiting.push(resume) > 1) return;
    setImmediate(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#used = 0;
      for (const each of waiting) each();
    });
  }
}

/** The one of this thread. */
export const turn: Turn = new Turn();
