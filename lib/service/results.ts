import { isObservable, type Observable } from 'rxjs';
import { Line } from '../queue/line.js';
import { orAbort } from './or-abort.js';

/** What a handler may return: a value, a promise of it, or an Observable of several. */
export type HandlerResult<T> =
  | T
  | undefined
  | void
  | Observable<T | undefined>
  | Promise<T | undefined | void | Observable<T | undefined>>;

/** Whether a result is one value and here already. */
export function isValue(result: unknown): boolean {
  if (typeof result !== 'object' || result === null) return typeof result !== 'function';
  return !('then' in result) && !isObservable(result);
}

/**
 * The values of a result, one after the other. An Observable cannot be slowed down: what it emits
 * while a response is being sent waits here. After `giveUp` nothing is waited for any more.
 */
export async function* resultsOf<T>(
  result: HandlerResult<T>,
  giveUp: AbortSignal,
  queue: string,
): AsyncGenerator<T | undefined> {
  const settled = await orAbort(Promise.resolve(result), giveUp, queue);
  if (isObservable(settled)) yield* valuesOf(settled as Observable<T | undefined>, giveUp, queue);
  else yield settled as T | undefined;
}

async function* valuesOf<T>(
  observable: Observable<T>,
  giveUp: AbortSignal,
  queue: string,
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
      while (waiting.length > 0) yield waiting.shift() as T;
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
