import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Worker processes of one program. */
export class Fleet {
  readonly workers: readonly ChildProcess[];
  readonly #ends: Promise<unknown>[];

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
    this.#ends = this.workers.map((worker) => once(worker, 'exit'));
  }

  /** Resolves when every worker is ready, and rejects when one ends before. */
  async ready(signal: AbortSignal): Promise<void> {
    const ready = this.workers.map(async (worker, index) => {
      const ended = this.#ends[index]?.then(() => {
        throw new Error(`worker ${index + 1} ended before it was ready`);
      });
      await Promise.race([once(worker, 'message', { signal }), ended]);
    });
    await Promise.all(ready);
  }

  /** Asks all to end, and resolves when they have. */
  async stop(): Promise<void> {
    for (const worker of this.workers) worker.kill('SIGTERM');
    await Promise.all(this.#ends);
  }
}
