import { MessageQueue } from 'posix-mqueue';
import { onClosedOutput, report } from './signals.js';

/** What this file needs of a Worker, of whatever codec. */
interface Runnable {
  on(event: 'ready', listener: () => void): unknown;
  run(options: { signals: boolean }): Promise<void>;
  close(options: { timeout: number }): Promise<void>;
}

/**
 * Runs a worker until SIGINT or SIGTERM. One that a host has started as its child process tells it when
 * it is ready, and ends with it, also when that is killed: then nobody else removes the queues.
 */
export async function runUntilTold(worker: Runnable, queues: readonly string[]): Promise<void> {
  const abandon = async (): Promise<void> => {
    for (const name of queues) unlinkIfThere(name);
    await worker.close({ timeout: 0 });
    // Whatever the worker was doing is for nobody.
    process.exit(1);
  };
  const lost = (): void => void abandon();
  worker.on('ready', () => process.send?.('ready', () => undefined));
  process.once('disconnect', lost);
  onClosedOutput(() => {
    if (process.send === undefined) void worker.close({ timeout: 0 });
  });
  try {
    await worker.run({ signals: true });
  } catch (error) {
    report(error);
  }
  process.off('disconnect', lost);
  if (process.connected) process.disconnect();
}

function unlinkIfThere(name: string): void {
  try {
    MessageQueue.unlink(name);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') report(error);
  }
}

/** The answer to a request that failed: without one its host would wait for ever. */
export function failureOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return `failed (${typeof code === 'string' ? code : 'the worker has the reason'})`;
}
