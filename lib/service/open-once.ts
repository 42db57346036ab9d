import { AbortError } from '../base/errors.js';
import { orAbort } from './or-abort.js';

/** What is opened by its first use: once for all who ask meanwhile, and anew after a failure. */
export class OpenOnce<T> {
  readonly #queue: string;
  readonly #open: () => Promise<T>;
  readonly #closedError: (queue: string) => Error;
  #opening: Promise<T> | undefined;
  #closed = false;

  /**
   * @param queue - for the errors
   * @param closedError - for who asks when it is closed
   */
  constructor(queue: string, open: () => Promise<T>, closedError: (queue: string) => Error) {
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
    return this.#opening?.catch(() => undefined);
  }

  async #get(): Promise<T> {
    if (this.#closed) throw this.#closedError(this.#queue);
    this.#opening ??= this.#open();
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }
}
