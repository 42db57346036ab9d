import { native } from '../../native/native.js';

/** A wait, as far as threads are concerned. */
export interface ThreadUser {
  /** Goes over from the loop to a thread. False when none was free. */
  promote(): boolean;
  /** Goes over from its thread to the loop, so that another can have that. False when it must not. */
  yieldThread(): boolean;
  /** A thread was set aside for it. */
  ownThread(): void;
}

/**
 * Who of this JavaScript thread's waits blocks a pool thread, and who would. How many there may be in the process
 * is counted by the addon.
 */
class PoolThreads {
  readonly #blocked = new Set<ThreadUser>();
  /** On the loop for want of a thread, first come first served. */
  readonly #wanting = new Set<ThreadUser>();
  #asked = false;

  /** It has a thread. */
  add(user: ThreadUser): void {
    this.#blocked.add(user);
  }

  /**
   * It waits on the loop, and would block a thread: it is promoted as soon as one is free. A process that polls a
   * queue gets nothing while another one blocks on it.
   */
  want(user: ThreadUser): void {
    this.#wanting.add(user);
    this.#ask();
  }

  /** It neither has a thread nor wants one. */
  remove(user: ThreadUser): void {
    this.#blocked.delete(user);
    this.#wanting.delete(user);
  }

  /**
   * Sets a thread aside for one wait, taking it from another if need be: nobody can get it in between.
   *
   * @param reserve - takes a thread out of the budget; false when there is none
   */
  claim(user: ThreadUser, reserve: () => boolean): boolean {
    if (!reserve() && !(this.#yieldOne() && reserve())) return false;
    user.ownThread();
    return true;
  }

  #yieldOne(): boolean {
    for (const user of this.#blocked) {
      if (user.yieldThread()) return true;
    }
    return false;
  }

  #ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    native.notifyWhenThreadFree(() => {
      this.#asked = false;
      for (const user of [...this.#wanting]) {
        if (!user.promote()) break;
      }
      if (this.#wanting.size > 0) this.#ask();
    });
  }
}

/** Those of this JavaScript thread. */
export const poolThreads: PoolThreads = new PoolThreads();
