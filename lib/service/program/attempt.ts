import { AbortListener } from '../../base/abort-listener.js';
import { AbortError, programTimeoutError } from '../../base/errors.js';
import { clearTimeout, setTimeout } from '../../base/timers.js';
import type { ProgramProcess } from './process.js';

/** What limits the work on one request. */
export interface Limits {
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** The work of a program on one request, which may have to be ended. */
export class Attempt {
  readonly #running: ProgramProcess;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #listener: AbortListener;
  #error: Error | undefined;

  /** @param name - of the program, for the errors */
  constructor(running: ProgramProcess, name: string, { timeout, signal }: Limits) {
    this.#running = running;
    if (timeout !== Infinity) {
      this.#timer = setTimeout(() => {
        this.fail(programTimeoutError(name, timeout, running.stderr));
      }, timeout);
    }
    const abort = (): void => this.fail(new AbortError(signal.reason));
    this.#listener = new AbortListener(signal, abort);
    if (signal.aborted) abort();
  }

  /** Why it was ended, where it was: the first reason. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Ends the program. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#running.stop();
  }

  /** It is over: nothing ends the program any more. */
  over(): void {
    clearTimeout(this.#timer);
    this.#listener.remove();
  }
}
