import { once } from 'node:events';
import { json } from 'posix-mqueue';
import {
  PosixTransport,
  RpcHost,
  RpcWorker,
  type RpcHandlers,
  type RpcHostOptions,
  type RpcWorkerOptions,
} from 'posix-mqueue/rpc';
import type { Transport } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';

type Json = typeof json;

/** Both must do the same. */
export const transports: readonly [name: string, make: () => Transport][] = [
  ['PosixTransport', () => new PosixTransport()],
  ['MemoryTransport', () => new MemoryTransport()],
  ['MemoryTransport with properties', () => new MemoryTransport({ properties: true })],
];

/** The same tests over each of them, each test with a bench of its own. */
export function overTransports(title: string, tests: (bench: () => RpcBench) => void): void {
  for (const [name, make] of transports) {
    describe(`${title}, over ${name}`, () => {
      let bench: RpcBench;

      beforeEach(() => {
        bench = new RpcBench(make());
      });
      afterEach(() => bench.close());

      tests(() => bench);
    });
  }
}

/** What a handler may throw. */
export class Refused extends Error {
  readonly code = 'E_OWN';
}

/** Few and small: a user's queues have 819,200 bytes together. */
export const SIZES = { maxMessages: 2, maxMessageSize: 512 };

/** Hosts and workers of one request queue, gone when `close` is called. */
export class RpcBench {
  readonly transport: Transport;
  readonly requests: string = temporaryName();
  readonly #opened: (() => Promise<void>)[] = [];

  constructor(transport: Transport = new PosixTransport()) {
    this.transport = transport;
  }

  host(options: Partial<RpcHostOptions<Json>> = {}): RpcHost<RpcHandlersOfAny, Json> {
    const { requests, transport } = this;
    const made = new RpcHost({ requests, transport, codec: json, ...SIZES, ...options });
    this.#opened.push(() => made.close());
    return made as RpcHost<RpcHandlersOfAny, Json>;
  }

  /** Resolves when it is ready. */
  async worker(
    handlers: RpcHandlers<Json> | RpcHandlers<Json>[string],
    options: Partial<RpcWorkerOptions<Json>> = {},
  ): Promise<RpcWorker<Json>> {
    const { requests, transport } = this;
    const given = { requests, transport, codec: json, ...SIZES, ...options };
    const worker = new RpcWorker<Json>(given, handlers);
    // A handler of a test may never end.
    this.#opened.push(() => worker.close({ timeout: 100 }));
    const ready = once(worker, 'ready');
    void worker.run();
    await ready;
    return worker;
  }

  async close(): Promise<void> {
    for (const close of this.#opened.splice(0).reverse()) await close();
    await this.transport.unlink(this.requests).catch(() => undefined);
  }
}

/** Of a handler whose types do not matter: any value in, any out. */
// oxlint-disable-next-line typescript/no-explicit-any -- it is what is meant
export type RpcHandlersOfAny = (value: any) => any;
