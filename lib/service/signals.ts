import { constants } from 'node:os';
import { now } from '../base/timers.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Milliseconds. Ctrl-C under npm comes twice: from the terminal, and passed on by npm. */
const SAME_KEYSTROKE = 500;

/**
 * Calls `stop` at the first SIGINT or SIGTERM, with its name. Another one ends the process at once, with the exit code
 * that a shell gives for the signal, unless it is the same one again within half a second.
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
  return () => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
}
