import { constants } from 'node:os';
import { clearInterval, now, setInterval } from '../base/timers.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Milliseconds. Ctrl-C under npm comes twice: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE = 500;

/** Milliseconds: the longest that a timer has. */
const LONG = 2 ** 31 - 1;

/**
 * Calls `stop` at the first SIGINT or SIGTERM, with its name. Another one ends the process at once, with the exit code
 * that a shell gives for the signal, unless it is the same one again within half a second. The process lives until then,
 * as a handler alone does not keep it, nor does a transport in memory.
 *
 * @returns takes the handlers off again
 */
export function onTermination(stop: (signal: NodeJS.Signals) => void): () => void {
  let first: { signal: string; since: number } | undefined;
  const handle = (signal: (typeof SIGNALS)[number]): void => {
    if (first === undefined) {
      first = { signal, since: now() };
      stop(signal);
      return;
    }
    const isSame = signal === first.signal && now() - first.since < SAME_KEYSTROKE;
    if (!isSame) process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  const alive = setInterval(() => undefined, LONG);
  return () => {
    clearInterval(alive);
    for (const signal of SIGNALS) process.off(signal, handle);
  };
}
