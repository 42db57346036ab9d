import { AbortError, timeoutError } from '../../base/errors.js';
import { AbortListener } from '../../base/abort-listener.js';
import type { QueueCore } from '../core.js';

/** When a wait is given up. */
export interface WaitOptions {
  /**
   * Milliseconds after which the wait is given up with an error of code `ETIMEDOUT`; 0 only tries.
   * Counted by a monotonic clock, and never less than that: the fake timers of a test runner do not
   * change it. Keeps the process alive as the queue does, see `unref`.
   *
   * @defaultValue `Infinity`: none
   */
  timeout?: number | undefined;
  /** Gives the wait up with an `AbortError`, whose `cause` is the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What is waited for. */
type Waited = Pick<QueueCore, 'name' | 'timers'>;

/** Whether nothing can give such a wait up. */
export function isUnlimited(options: WaitOptions): boolean {
  return options.signal === undefined && (options.timeout ?? Infinity) === Infinity;
}

/**
 * Calls `give up` once, at the timeout or the abort, unless it is disarmed before. It leaves no
 * timer and no listener behind.
 */
export class Cancellation {
  readonly #core: Waited;
  readonly #syscall: string;
  readonly #options: WaitOptions;
  readonly #giveUp: (error: Error) => void;
  readonly #listener: AbortListener | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(core: Waited, syscall: string, options: WaitOptions, giveUp: (error: Error) => void) {
    this.#core = core;
    this.#syscall = syscall;
    this.#options = options;
    this.#giveUp = giveUp;
    const { timeout = Infinity, signal } = options;
    if (timeout !== Infinity) this.#timer = core.timers.start(this.#expire, timeout);
    if (signal !== undefined) this.#listener = new AbortListener(signal, this.#abort);
  }

  disarm(): void {
    this.#core.timers.stop(this.#timer);
    this.#listener?.remove();
  }

  readonly #expire = (): void => {
    this.disarm();
    this.#giveUp(timeoutError(this.#core.name, this.#syscall, this.#options.timeout ?? Infinity));
  };

  readonly #abort = (): void => {
    this.disarm();
    this.#giveUp(new AbortError(this.#options.signal?.reason, this.#core.name));
  };
}
