import { once } from 'node:events';
import { json, MessageQueue } from 'posix-mqueue';
import { RpcHost } from 'posix-mqueue/rpc';
import { WorkerPool, type WorkerPoolOptions } from 'posix-mqueue/service';
import type { Handlers } from './rpc-worker.js';

// Longer than a worker takes for the work in hand.
const PATIENCE = 10_000;

/** A host, and the processes that work for it. */
export class Crew {
  readonly host: RpcHost<Handlers, typeof json>;
  readonly pool: WorkerPool;
  readonly #requests: string;
  #running: Promise<void> | undefined;

  /** @param requests - a queue that is made, and removed in the end */
  constructor(requests: string, size: number, options: WorkerPoolOptions = {}) {
    this.#requests = requests;
    // A path has 4,096 bytes at most; JSON may write some of them as two.
    const sizes = { maxMessages: 4, maxMessageSize: 8192 };
    this.host = new RpcHost({ requests, codec: json, ...sizes });
    const args = [requests];
    const module = new URL('./rpc-worker.js', import.meta.url);
    this.pool = new WorkerPool(module, { ...options, size, args });
  }

  /** Resolves when all work. */
  async start(signal: AbortSignal): Promise<this> {
    await this.host.open();
    this.#running = this.pool.run({ signals: true });
    await once(this.pool, 'ready', { signal });
    return this;
  }

  /** The workers finish what they have in hand. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close({ timeout: PATIENCE });
    await this.#running;
    await this.host.close();
    if (this.#running === undefined) return;
    MessageQueue.unlink(this.#requests);
  }
}
