import { codeOf } from '../base/code-of.js';
import { timeoutError } from '../base/errors.js';
import { AbortListener } from '../base/abort-listener.js';
import type { WaitOptions } from '../queue/use/cancellation.js';
import { atLeast } from '../queue/wait/wait-timers.js';
import { clearTimeout, setTimeout } from '../base/timers.js';

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
  // AbortSignal.any would leave something behind at a signal that outlives many calls.
  const either = new AbortController();
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    either.abort();
  }, atLeast(timeout));
  if (signal?.aborted === true) either.abort(signal.reason);
  const listener = signal && new AbortListener(signal, () => either.abort(signal.reason));
  try {
    return await wait(either.signal);
  } catch (error) {
    const isAbort = codeOf(error) === 'ABORT_ERR';
    if (isAbort && expired && signal?.aborted !== true) {
      throw timeoutError(queue, syscall, timeout);
    }
    throw error;
  } finally {
    clearTimeout(timer);
    listener?.remove();
  }
}
