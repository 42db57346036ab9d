import { EventEmitter, once } from 'node:events';

/** How many requests were sent and have no response yet. */
export class Unanswered {
  readonly #signal: AbortSignal;
  readonly #changes = new EventEmitter<{ change: [] }>();
  #count = 0;
  #complete = false;

  /** @param signal - ends the waits */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  get count(): number {
    return this.#count;
  }

  add(difference: number): void {
    this.#count += difference;
    this.#changes.emit('change');
  }

  /** No other requests come. */
  noMore(): void {
    this.#complete = true;
    this.#changes.emit('change');
  }

  async until(condition: (count: number) => boolean): Promise<void> {
    while (!condition(this.#count)) {
      await once(this.#changes, 'change', { signal: this.#signal });
    }
  }

  /** Resolves when there are some, or to false when there never will be. */
  async some(): Promise<boolean> {
    await this.until((count) => count > 0 || this.#complete);
    return this.#count > 0;
  }
}
