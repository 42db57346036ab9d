import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Leaves out an `undefined` that is the last value. Over Nest's own transports it gets lost, as JSON has no such value, and a
 * handler that returns nothing is one that completes without a value.
 */
export function withoutEmptyEnd<T>(): OperatorFunction<T, T> {
  return (source$) =>
    new Observable((subscriber) => {
      let held = 0;
      return source$.subscribe({
        next: (value) => {
          if (value === undefined) {
            held += 1;
            return;
          }
          for (; held > 0; held -= 1) subscriber.next(undefined as T);
          subscriber.next(value);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          for (; held > 1; held -= 1) subscriber.next(undefined as T);
          subscriber.complete();
        },
      });
    });
}
