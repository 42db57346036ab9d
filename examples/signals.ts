/** Aborted at the first SIGINT or SIGTERM, so that a program can end cleanly. */
export function terminationSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      controller.abort();
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
