import { performance } from 'node:perf_hooks';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Ending = (typeof SIGNALS)[number] | 'SIGPIPE';

const controller = new AbortController();
let cause: Ending | undefined;
let since = 0;

/** Milliseconds. Ctrl-C under npm comes twice: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE = 500;

function interrupt(by: Ending): void {
  if (cause === undefined) {
    cause = by;
    since = performance.now();
    controller.abort();
    return;
  }
  const isSame = by === cause && performance.now() - since < SAME_KEYSTROKE;
  // That nobody reads it is no reason to hurry.
  if (!isSame && by !== 'SIGPIPE') endBySignal();
}

/**
 * Aborted by a signal, or when nobody reads what is printed: what is in hand is brought to an end then. From the first
 * call on signals do not end the process by themselves.
 */
export function interrupted(): AbortSignal {
  if (cause === undefined && process.listenerCount('SIGINT', interrupt) === 0) {
    for (const signal of SIGNALS) process.on(signal, interrupt);
  }
  return controller.signal;
}

/**
 * Nobody reads what is printed any more, which may be because of a signal that has come before.
 *
 * @param by - SIGHUP where it was a terminal
 */
export function readerIsGone(by: 'SIGPIPE' | 'SIGHUP' = 'SIGPIPE'): void {
  if (cause === undefined) interrupt(by);
}

/** As a signal does, but for a failure that its finder tells. */
export function giveUp(): void {
  controller.abort();
}

/** What has ended the command, if anything has. */
export function endedBy(): Ending | undefined {
  return cause;
}

/** Ends the process as the signal would have, so that its shell sees that. Does nothing where there was none. */
export function endBySignal(): void {
  if (cause === undefined) return;
  // Node ignores SIGPIPE from its start on: a handler that is taken away leaves the kernel's own behind.
  process.on(cause, () => undefined);
  process.removeAllListeners(cause);
  process.kill(process.pid, cause);
}
