import { Subscriber, type Observable, type Unsubscribable } from 'rxjs';

/**
 * Subscribes for as long as `destination` is subscribed, to which errors go.
 *
 * A subscription that is added to the destination when `subscribe` returns is too late for a source
 * that emits before that: it would not learn that nobody wants more, and might never end.
 */
export function subscribeWithin<T>(
  destination: Subscriber<unknown>,
  source: Observable<T>,
  next: (value: T, subscription: Unsubscribable) => void,
  complete: () => void,
): void {
  const inner: Subscriber<T> = new Subscriber<T>({
    next: (value) => {
      next(value, inner);
    },
    complete,
    error: (error: unknown) => {
      destination.error(error);
    },
  });
  destination.add(inner);
  // Another copy of RxJS may not take the Subscriber for one of its own.
  inner.add(source.subscribe(inner));
}
