import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';
import type { AnyCodec } from 'posix-mqueue';
import type { Host } from 'posix-mqueue/service';

// Longer than a worker takes for the work in hand.
const PATIENCE = 10_000;

/** Worker processes of one program. */
export class Fleet {
  readonly workers: readonly ChildProcess[];
  /** Why the work cannot go on: a worker has ended that was not asked to. */
  failure: Error | undefined;
  readonly #lost = new AbortController();
  readonly #ends: Promise<unknown>[];
  #stopping = false;

  /** @param program - relative to this file; it sends 'ready' when its queues are open */
  constructor(size: number, program: string, parameters: readonly string[]) {
    const path = fileURLToPath(new URL(program, import.meta.url));
    const start = (): ChildProcess =>
      fork(path, parameters, {
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
        // Ctrl-C is for the host, which then asks its workers to end.
        detached: true,
      });
    this.workers = Array.from({ length: size }, start);
    this.workers.forEach((worker, index) => {
      worker.once('exit', (code, signal) => this.#ended(index + 1, worker, signal ?? code));
    });
    // Not 'exit': by then what it printed may not be read yet.
    this.#ends = this.workers.map((worker) => once(worker, 'close'));
  }

  /** Aborted with `signal`, or when a worker has ended that was not asked to. */
  whileItLives(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#lost.signal]);
  }

  /** Resolves when every worker is ready. */
  async ready(signal: AbortSignal): Promise<void> {
    await Promise.all(this.workers.map((worker) => once(worker, 'message', { signal })));
  }

  /** Asks all to end, and resolves when they have. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const worker of this.workers) worker.kill('SIGTERM');
    const kill = setTimeout(() => {
      for (const worker of this.workers) worker.kill('SIGKILL');
    }, PATIENCE);
    await Promise.all(this.#ends);
    clearTimeout(kill);
  }

  #ended(number: number, { pid }: ChildProcess, how: number | string | null): void {
    if (this.#stopping) return;
    this.failure ??= new Error(
      `worker ${number} (process ${pid}) ended by ${how}: what it had in hand has no answer`,
    );
    this.#lost.abort(this.failure);
  }
}

/**
 * Ends the workers, then the host. What they still answer is read meanwhile, and dropped: one that waits
 * for room for its response would not end.
 */
export async function endBoth<C extends AnyCodec>(fleet: Fleet, host: Host<C>): Promise<void> {
  const reading = host.responses$.subscribe({ error: () => undefined });
  await fleet.stop();
  reading.unsubscribe();
  await host.close();
}

/** Reads the number of worker processes from the command line. */
export function workerCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('must be 1 or more.');
  return count;
}
