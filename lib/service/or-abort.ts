import { AbortError } from '../base/errors.js';
import { AbortListener } from '../base/abort-listener.js';

/** What `promise` brings, unless `signal` is aborted before: then it is waited for no longer. */
export function orAbort<T>(
  promise: PromiseLike<T>,
  signal: AbortSignal | undefined,
  queue: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new AbortError(signal?.reason, queue));
    };
    const waits = signal !== undefined && !signal.aborted;
    const listener = waits ? new AbortListener(signal, abort) : undefined;
    promise.then(
      (value) => {
        listener?.remove();
        resolve(value);
      },
      (error: unknown) => {
        listener?.remove();
        reject(error as Error);
      },
    );
    if (signal?.aborted === true) abort();
  });
}
