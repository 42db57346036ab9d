import { Observable } from 'rxjs';
import { AbortListener } from '../base/abort-listener.js';
import { presentScope, within } from '../base/scope.js';
import { eachOf, type SeveralResults } from '../service/results.js';

/** Tasks: an array or another iterable, an async iterable, or an Observable. */
export type Tasks<T> = Iterable<T> | AsyncIterable<T> | Observable<T>;

/** Sends one of them. */
export type AskOne = (task: unknown, signal: AbortSignal) => Promise<unknown>;

/** How to send them all. */
export interface EachOptions {
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
  /** For the errors. */
  readonly queue: string;
}

/** The results of all tasks, as they come. */
export function requestEach(
  tasks: Tasks<unknown>,
  ask: AskOne,
  { concurrency, signal, queue }: EachOptions,
): Observable<unknown> {
  return new Observable((subscriber) => {
    const scope = presentScope();
    const over = new AbortController();
    const stop = (): void => {
      over.abort(signal?.reason);
    };
    if (signal?.aborted === true) stop();
    const listener = signal && new AbortListener(signal, stop);
    const steps = eachOf(severalOf(tasks), over.signal, queue);
    const lane = async (): Promise<void> => {
      for (;;) {
        const step = await steps.next();
        if (step.done === true) return;
        const value = await ask(step.value, over.signal);
        within(scope, () => subscriber.next(value));
      }
    };
    subscriber.add(() => {
      listener?.remove();
      over.abort();
    });
    Promise.all(Array.from({ length: concurrency }, lane)).then(
      () => within(scope, () => subscriber.complete()),
      (error: unknown) => {
        // Its source is left, also where it waits for nothing.
        steps.return(undefined).catch(() => undefined);
        within(scope, () => subscriber.error(error));
      },
    );
  });
}

/** What is gone through once: from its beginning for each subscription. */
function severalOf(tasks: Tasks<unknown>): SeveralResults<unknown> {
  const isPlain = Symbol.iterator in tasks && !(Symbol.asyncIterator in tasks);
  return isPlain ? (tasks[Symbol.iterator]() as IterableIterator<unknown>) : (tasks as never);
}
