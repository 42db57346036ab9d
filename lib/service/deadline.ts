import { timeoutError } from '../errors.js';
import type { WaitOptions } from '../queue/cancellation.js';

/**
 * Runs `wait` with one signal for both ways to give it up, and turns the expiry of the timeout into
 * an error with code `ETIMEDOUT`. Which of them wins is up to `wait`, so nothing is lost between.
 */
export async function withDeadline<T>(
  queue: string,
  syscall: string,
  options: WaitOptions,
  wait: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const { timeout = Infinity, signal } = options;
  if (timeout === Infinity) return wait(signal);
  const expired = new AbortController();
  const timer = setTimeout(() => {
    expired.abort();
  }, timeout);
  const either = signal === undefined ? expired.signal : AbortSignal.any([expired.signal, signal]);
  try {
    return await wait(either);
  } catch (error) {
    const isAbort = (error as { code?: unknown }).code === 'ABORT_ERR';
    if (isAbort && expired.signal.aborted && signal?.aborted !== true) {
      throw timeoutError(queue, syscall, timeout);
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
