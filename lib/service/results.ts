import { isObservable, type Observable } from 'rxjs';
import { Line } from '../base/line.js';
import { orAbort } from './or-abort.js';

/** Several values, one after the other. */
export type SeveralResults<T> =
  Observable<T | undefined> | AsyncIterable<T | undefined> | IterableIterator<T | undefined>;

/**
 * What a handler may return: a value, a promise of it, or several values: an Observable, an async
 * iterable, or an iterator such as a generator function gives. An array, a Map and other collections are
 * one value.
 */
export type HandlerResult<T> =
  T | undefined | void | SeveralResults<T> | Promise<T | undefined | void | SeveralResults<T>>;

/** Whether a result is one value and here already. */
export function isValue(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return typeof result !== 'function';
  return !('then' in result) && !isSeveral(result);
}

/** Whether a settled result is several values: what can be gone through once only is no collection. */
export function isSeveral<T>(result: HandlerResult<T>): result is SeveralResults<T> {
  if (typeof result !== 'object' || result === null) return false;
  if (isObservable(result) || Symbol.asyncIterator in result) return true;
  return Symbol.iterator in result && 'next' in result && typeof result.next === 'function';
}

/**
 * The values of a result, one after the other. The next one of an iterable is asked for when the one
 * before has been sent; an Observable cannot be slowed down, and what it emits while a response is
 * being sent waits here. After `giveUp` nothing is waited for any more.
 */
export async function* resultsOf<T>(
  result: HandlerResult<T>,
  giveUp: AbortSignal,
  queue: string,
): AsyncGenerator<T | undefined> {
  const settled = await orAbort(Promise.resolve(result), giveUp, queue);
  if (isSeveral(settled)) yield* eachOf(settled, giveUp, queue);
  else yield settled as T | undefined;
}

/** What is known of the end of several values while they come. */
export interface End {
  /** Whether the present one is the last, as of an Observable that has completed behind it. */
  reached: boolean;
}

/**
 * Of several values each, as `resultsOf`.
 *
 * @param end - is told before each value
 */
export function eachOf<T>(
  several: SeveralResults<T>,
  giveUp: AbortSignal,
  queue: string,
  end?: End,
): AsyncGenerator<T | undefined> {
  if (isObservable(several)) {
    return valuesOf(several as Observable<T | undefined>, giveUp, queue, end);
  }
  return stepsOf(several as Iterated<T>, giveUp, queue);
}

type Iterated<T> = AsyncIterable<T | undefined> | IterableIterator<T | undefined>;
type Steps<T> = AsyncIterator<T | undefined> | Iterator<T | undefined>;

async function* stepsOf<T>(
  iterated: Iterated<T>,
  giveUp: AbortSignal,
  queue: string,
): AsyncGenerator<T | undefined> {
  const steps: Steps<T> =
    Symbol.asyncIterator in iterated
      ? iterated[Symbol.asyncIterator]()
      : iterated[Symbol.iterator]();
  let ended = false;
  try {
    for (;;) {
      const step = await orAbort(
        stepOf(() => steps.next()),
        giveUp,
        queue,
      );
      ended = step.done === true;
      if (ended) return;
      yield step.value;
    }
  } catch (error) {
    // What threw has ended by itself; what was given up has not.
    ended = !giveUp.aborted;
    throw error;
  } finally {
    if (!ended) await leave(steps, giveUp, queue);
  }
}

/** Lets it clean up, unless nothing is waited for any more: `return` waits for the step in progress. */
async function leave<T>(steps: Steps<T>, giveUp: AbortSignal, queue: string): Promise<void> {
  const left = stepOf(async () => {
    await steps.return?.();
  });
  if (giveUp.aborted) left.catch(() => undefined);
  else await orAbort(left, giveUp, queue);
}

/** A step that throws at once is one that rejects. */
async function stepOf<S>(take: () => S | PromiseLike<S>): Promise<S> {
  return take();
}

async function* valuesOf<T>(
  observable: Observable<T>,
  giveUp: AbortSignal,
  queue: string,
  end?: End,
): AsyncGenerator<T> {
  const waiting = new Line<T>();
  let ended = false;
  let failure: { error: unknown } | undefined;
  let wake = (): void => undefined;
  const subscription = observable.subscribe({
    next: (value) => {
      waiting.push(value);
      wake();
    },
    error: (error: unknown) => {
      failure = { error };
      wake();
    },
    complete: () => {
      ended = true;
      wake();
    },
  });
  try {
    for (;;) {
      while (waiting.length > 0) {
        const value = waiting.shift() as T;
        if (end !== undefined) end.reached = ended && waiting.length === 0;
        yield value;
      }
      if (failure !== undefined) throw failure.error;
      if (ended) return;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await orAbort(woken, giveUp, queue);
    }
  } finally {
    subscription.unsubscribe();
  }
}
