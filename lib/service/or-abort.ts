import { AbortError } from '../errors.js';

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
    const settled = (): void => {
      signal?.removeEventListener('abort', abort);
    };
    promise.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error as Error);
      },
    );
    if (signal?.aborted === true) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
