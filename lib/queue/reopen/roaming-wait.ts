import { nextTick } from '../../base/timers.js';
import { BEGUN, ON_ITS_WAY } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';

/** It was ended to begin anew at another queue, which is told in the next tick. */
interface Ended {
  readonly sent: number;
  readonly result: number;
}

/** The wait of one direction: at no queue, parked until there is one, at one, or between two. */
export class RoamingWait {
  readonly #cancel: (queue: NativeQueue) => number;
  readonly #tell: (result: number) => void;
  #at: NativeQueue | 'nowhere' | 'parked' | Ended = 'nowhere';

  /**
   * @param cancel - ends it at a queue: how many it had sent, or `ON_ITS_WAY`
   * @param tell - it is over
   */
  constructor(cancel: (queue: NativeQueue) => number, tell: (result: number) => void) {
    this.#cancel = cancel;
    this.#tell = tell;
  }

  /** Whether it needs a queue, the one it has or another. */
  get waits(): boolean {
    return this.parked || this.queue !== undefined;
  }

  get parked(): boolean {
    return this.#at === 'parked';
  }

  /** Where it is. */
  get queue(): NativeQueue | undefined {
    return typeof this.#at === 'string' || 'result' in this.#at ? undefined : this.#at;
  }

  begin(queue: NativeQueue, begin: (queue: NativeQueue) => number): number {
    this.#at = 'nowhere';
    const answer = begin(queue);
    if (answer === BEGUN) this.#at = queue;
    return answer;
  }

  park(): void {
    this.#at = 'parked';
  }

  /** How many it had sent, or `ON_ITS_WAY`. */
  cancel(): number {
    const { queue } = this;
    const sent = queue === undefined ? this.#sent : this.#cancel(queue);
    if (sent !== ON_ITS_WAY) this.#at = 'nowhere';
    return sent;
  }

  /** As `cancel`, with the result that `settle` gets from its queue, if it is at one. */
  settle(settle: (queue: NativeQueue) => number): number {
    const { queue } = this;
    const result = queue === undefined ? this.#sent : settle(queue);
    this.#at = 'nowhere';
    return result;
  }

  /** It ended by itself. */
  over(): void {
    this.#at = 'nowhere';
  }

  /**
   * Ends it with a result, or with what it has sent. What cannot be ended at once ends by itself, through the
   * native callback.
   */
  end(result: number): void {
    if (!this.waits) return;
    const { queue } = this;
    const sent = queue === undefined ? 0 : this.#cancel(queue);
    if (sent === ON_ITS_WAY) return;
    const ended = { sent, result: sent > 0 ? sent : result };
    this.#at = ended;
    nextTick(() => {
      if (this.#at !== ended) return;
      this.#at = 'nowhere';
      this.#tell(ended.result);
    });
  }

  /** How many went before it was ended, which was not told yet. */
  get #sent(): number {
    return typeof this.#at !== 'string' && 'result' in this.#at ? this.#at.sent : 0;
  }
}
