import { constants } from 'node:os';

// Ctrl-C under `npm start` comes twice: from the terminal, and passed on by npm.
const SAME_KEYSTROKE = 1000;

/**
 * Aborted at the first SIGINT or SIGTERM, so that a program can end cleanly. Another one, a second or
 * more later, ends it at once.
 */
export function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  let since = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) {
        since = performance.now();
        controller.abort();
      } else if (performance.now() - since > SAME_KEYSTROKE) {
        process.exit(128 + constants.signals[name]);
      }
    });
  }
  return controller.signal;
}

/** Sets exit code 1 and says why. An abort is how a program is asked to end, and no failure. */
export function report(error: unknown): void {
  if ((error as { code?: unknown }).code === 'ABORT_ERR') return;
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
