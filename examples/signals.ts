import { constants } from 'node:os';

// Ctrl-C under `npm start` comes twice: from the terminal, and passed on by npm.
const SAME_KEYSTROKE = 1000;

/**
 * Aborted at the first SIGINT or SIGTERM, and when nobody reads the output any more (`| head`), so that a
 * program can end cleanly; the reason is `'SIGINT'`, `'SIGTERM'` or `'EPIPE'`. Another signal, a second or
 * more later, ends it at once.
 */
export function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  let since = 0;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (since === 0) {
        since = performance.now();
        controller.abort(name);
      } else if (performance.now() - since > SAME_KEYSTROKE) {
        process.exit(128 + constants.signals[name]);
      }
    });
  }
  onClosedOutput(() => controller.abort('EPIPE'));
  return controller.signal;
}

/** Calls `stop` when nobody reads the output any more. Without a listener that would be a crash. */
export function onClosedOutput(stop: () => void): void {
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      stop();
    });
  }
}

/** Sets exit code 1 and says why. An abort is how a program is asked to end, and no failure. */
export function report(error: unknown): void {
  if ((error as { code?: unknown }).code === 'ABORT_ERR') return;
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : error);
  process.exitCode = 1;
}
