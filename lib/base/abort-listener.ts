import { addAbortListener } from 'node:events';
import { apart } from './apart.js';
import { Line, type Place } from './line.js';

const lines = new WeakMap<AbortSignal, SignalLine>();

/**
 * One listener of a signal for all who wait for it. Node goes through all listeners of a signal to add or
 * to remove one, so that thousands of waits with one signal would keep the event loop for seconds.
 */
class SignalLine {
  readonly #signal: AbortSignal;
  readonly #line = new Line<() => void>();
  /** Whether it stays while nobody waits. */
  readonly #lasts: boolean;

  constructor(signal: AbortSignal, lasts: boolean) {
    this.#signal = signal;
    this.#lasts = lasts;
    // Unlike a plain listener it is called also when another one stops the event.
    addAbortListener(signal, this.#abort);
  }

  join(listener: () => void): Place<() => void> {
    return this.#line.push(listener);
  }

  leave(place: Place<() => void>): void {
    if (!this.#line.leave(place) || this.#line.length > 0 || this.#lasts) return;
    this.#forget();
    lines.delete(this.#signal);
  }

  /** What addAbortListener gives for it is found by a symbol that another realm may lack. */
  #forget(): void {
    this.#signal.removeEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    lines.delete(this.#signal);
    // Not every kind of signal forgets a listener that was to be called once.
    this.#forget();
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) apart(next);
  };
}

/** Calls `listener` once, when the signal is aborted, unless it is removed before. */
export class AbortListener {
  readonly #line: SignalLine;
  readonly #place: Place<() => void>;

  constructor(signal: AbortSignal, listener: () => void) {
    let line = lines.get(signal);
    if (line === undefined) {
      line = new SignalLine(signal, false);
      lines.set(signal, line);
    }
    this.#line = line;
    this.#place = line.join(listener);
  }

  remove(): void {
    this.#line.leave(this.#place);
  }
}

/**
 * A controller whose signal many wait for, one after the other: to begin and to end to listen to it costs next to
 * nothing. For signals of this library's own, which nobody looks at for listeners.
 */
export function lastingController(): AbortController {
  const controller = new AbortController();
  const { signal } = controller;
  lines.set(signal, new SignalLine(signal, true));
  return controller;
}
