import { from, take, type ObservableInput, type Subscriber } from 'rxjs';
import { invalidType } from '../base/errors.js';
import type { Check } from '../base/options.js';
import { subscribeWithin } from './subscribe-within.js';

/** When a consumer takes no more: something that emits, or a queue that is found empty. */
export type Until = ObservableInput<unknown> | 'empty';

/** @internal */
export const isUntil: Check = (argument, value) => {
  if (value === 'empty') return;
  try {
    // A misspelled word would be an iterable, which ends everything at once.
    if (typeof value !== 'string') {
      from(value as ObservableInput<unknown>);
      return;
    }
  } catch {
    // Told below.
  }
  throw invalidType(argument, "'empty', an Observable, a promise or an iterable", value);
};

/** Calls `stop` once, when `until` emits while `subscriber` is subscribed. */
export function stopAt(
  until: Until | undefined,
  subscriber: Subscriber<unknown>,
  stop: () => void,
): void {
  if (until === undefined || until === 'empty') return;
  subscribeWithin(subscriber, from(until).pipe(take(1)), stop, () => undefined);
}
