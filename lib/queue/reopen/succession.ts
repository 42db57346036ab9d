import { constants } from 'node:os';
import { NOTHING } from '../../native/answers.js';
import type { NativeQueue } from '../../native/binding.js';
import { isUnlinked } from '../../native/stat.js';

const { EACCES, EMFILE, ENFILE, ENOENT, ENOMEM, ENOSPC } = constants.errno;

/** What may be over in a moment; with anything else the next call fails. */
const TEMPORARY = new Set([ENOENT, EMFILE, ENFILE, ENOSPC, ENOMEM]);

interface SuccessionEvents {
  /** The queue has no name any more. */
  lost(): void;
  /** One that has the name was opened in place of the old one. */
  adopted(next: NativeQueue, old: NativeQueue): void;
}

/** Which queue has the name: the first one, or the one that was opened last in its place. */
export class Succession {
  readonly #open: () => NativeQueue | number;
  readonly #events: SuccessionEvents;
  #current: NativeQueue;
  #lost = false;

  constructor(first: NativeQueue, open: () => NativeQueue | number, events: SuccessionEvents) {
    this.#current = first;
    this.#open = open;
    this.#events = events;
  }

  get current(): NativeQueue {
    return this.#current;
  }

  /** Whether it has no name, and no other has it. */
  get lost(): boolean {
    return this.#lost;
  }

  /** 0 when the queue has its name, or another one was opened; `NOTHING` when it may be soon. */
  ensure(): number {
    return isUnlinked(this.#current) ? this.renew() : 0;
  }

  /** As `ensure`, for a queue that has no name. */
  renew(): number {
    if (!this.#lost) {
      this.#lost = true;
      this.#events.lost();
    }
    const opened = this.#open();
    if (typeof opened === 'number') return TEMPORARY.has(-opened) ? NOTHING : -EACCES;
    const old = this.#current;
    this.#current = opened;
    this.#lost = false;
    this.#events.adopted(opened, old);
    return 0;
  }
}
