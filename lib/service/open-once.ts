import { codeOf } from '../base/code-of.js';
import { AbortError } from '../base/errors.js';
import { clearTimeout, setTimeout } from '../base/timers.js';
import { orAbort } from './or-abort.js';

/** Milliseconds until what is closed while it is being opened is waited for no longer. */
const PATIENCE = 1000;

/** What is opened by its first use: once for all who ask meanwhile, and anew after a failure. */
export class OpenOnce<T> {
  readonly #queue: string;
  readonly #open: (givenUp: AbortSignal) => Promise<T>;
  readonly #closedError: (queue: string) => Error;
  readonly #giveUp = new AbortController();
  #closed = false;
  #opening: Promise<T> | undefined;

  /**
   * @param queue - for the errors
   * @param open - is given a signal, by which it is given up when it is closed meanwhile and takes long: there may never be
   * a broker for it. Then it leaves nothing open
   * @param closedError - for who asks when it is closed
   */
  constructor(
    queue: string,
    open: (givenUp: AbortSignal) => Promise<T>,
    closedError: (queue: string) => Error,
  ) {
    this.#queue = queue;
    this.#open = open;
    this.#closedError = closedError;
  }

  get isBegun(): boolean {
    return this.#opening !== undefined;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * What is open. Where it is not, it is opened.
   *
   * @param signal - of who waits for it no longer
   * @param queue - for the AbortError
   * @returns rejects as `open` does, with an AbortError, or with `closedError`
   */
  async get(signal?: AbortSignal, queue: string = this.#queue): Promise<T> {
    if (signal?.aborted === true) throw new AbortError(signal.reason, queue);
    return signal === undefined ? this.#get() : orAbort(this.#get(), signal, queue);
  }

  /** Whoever asks next has it opened anew. */
  forget(): void {
    this.#opening = undefined;
  }

  /** From now on nothing is opened. Resolves to what is open, and has to be closed. */
  async close(): Promise<T | undefined> {
    this.#closed = true;
    if (this.#opening === undefined) return undefined;
    // What was asked for before is still to be sent.
    const timer = setTimeout(() => {
      this.#giveUp.abort();
    }, PATIENCE);
    try {
      return await orAbort(this.#opening, this.#giveUp.signal, this.#queue);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  async #get(): Promise<T> {
    if (this.isClosed) throw this.#closedError(this.#queue);
    this.#opening ??= this.#open(this.#giveUp.signal);
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw this.isClosed && codeOf(error) === 'ABORT_ERR' ? this.#closedError(this.#queue) : error;
    }
  }
}
