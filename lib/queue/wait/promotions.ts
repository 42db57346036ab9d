/** What waits on the loop until a pool thread is free. */
export interface Promotable {
  /** False when no thread was free. */
  promote(): boolean;
}

/**
 * Who waits on the loop for want of a pool thread, first come first served. A process that polls a
 * queue gets nothing while another one blocks on it, so each goes over as soon as a thread is free.
 */
export class Promotions<T extends Promotable> {
  readonly #notify: (listener: () => void) => void;
  readonly #waiting = new Set<T>();
  #asked = false;

  constructor(notify: (listener: () => void) => void) {
    this.#notify = notify;
  }

  add(waiter: T): void {
    this.#waiting.add(waiter);
    this.#ask();
  }

  remove(waiter: T): void {
    this.#waiting.delete(waiter);
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#notify(() => {
      this.#asked = false;
      for (const waiter of [...this.#waiting]) {
        if (!waiter.promote()) break;
      }
      if (this.#waiting.size > 0) this.#ask();
    });
  }
}
