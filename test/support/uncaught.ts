/**
 * Runs `body` while uncaught exceptions are collected instead of failing the test. Each is in the list
 * that it gets.
 */
export async function collectUncaught(body: (errors: Error[]) => Promise<void>): Promise<void> {
  const errors: Error[] = [];
  const before = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  try {
    await body(errors);
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  }
}
