import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  Module,
  type INestMicroservice,
  type LoggerService,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  ServerTCP,
  Transport as NestTransport,
  type ClientProxy,
  type CustomClientOptions,
  type CustomTransportStrategy,
  type Deserializer,
  type Serializer,
  type Server,
  type TcpClientOptions,
} from '@nestjs/microservices';
import { firstValueFrom, toArray, type Observable } from 'rxjs';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { PosixTransport } from 'posix-mqueue/rpc';
import type { Transport } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { PosixMqueueClient, PosixMqueueServer } from 'posix-mqueue/nest';
import { urls } from './broker.js';

/** What all transports of Nest take. */
export interface Packets {
  readonly serializer?: Serializer;
  readonly deserializer?: Deserializer;
}

/** What a strategy can do besides, whichever it is. */
export type Strategy = CustomTransportStrategy &
  Pick<
    Server,
    'setOnProcessingStartHook' | 'setOnProcessingEndHook' | 'setTransportId' | 'getHandlers'
  > & { readonly status: Observable<string> };

/** Both ends of one way between a client and a server. */
export interface Link {
  server(packets?: Packets): Strategy;
  client(packets?: Packets): TcpClientOptions | CustomClientOptions;
  close(): Promise<void>;
}

/** A user's queues have 819,200 bytes together. */
const SMALL = { maxMessages: 4, maxMessageSize: 1024 };
/** Without shared memory, which only the kernel's queues use by default. */
const LARGE = { maxMessages: 4, maxMessageSize: 200_000 };

async function tcp(): Promise<Link> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  taken.close();
  const options = { host: '127.0.0.1', port };
  return {
    server: (packets) => new ServerTCP({ ...options, ...packets }),
    client: (packets) => ({ transport: NestTransport.TCP, options: { ...options, ...packets } }),
    close: async () => undefined,
  };
}

export function queueLink(transport: Transport, sizes: object = SMALL): Link {
  const options = { requests: temporaryName(), transport, ...sizes };
  return {
    // A handler of a test may never end.
    server: (packets) => new PosixMqueueServer({ shutdownTimeout: 200, ...options, ...packets }),
    client: (packets) => ({
      customClass: PosixMqueueClient,
      options: { ...options, ...packets },
    }),
    close: () => transport.unlink(options.requests).catch(() => undefined),
  };
}

async function amqp(): Promise<Link> {
  const transport = new AmqpTransport({ urls });
  const link = queueLink(transport, LARGE);
  return {
    ...link,
    async close() {
      await link.close();
      await transport.close();
    },
  };
}

const local: readonly [name: string, make: () => Promise<Link>][] = [
  ["Nest's TCP", tcp],
  ['queues of the kernel', async () => queueLink(new PosixTransport())],
  ['queues in memory', async () => queueLink(new MemoryTransport(), LARGE)],
  [
    'queues with properties',
    async () => queueLink(new MemoryTransport({ properties: true }), LARGE),
  ],
];

/** What the users of each can do, those of all others can. */
const links = urls === '' ? local : ([['RabbitMQ', amqp]] as const);

/** The same tests over each of them, each test with a bench of its own. */
export function overNestTransports(title: string, tests: (bench: () => NestBench) => void): void {
  for (const [name, make] of links) {
    describe(`${title}, over ${name}`, () => {
      let bench: NestBench;

      beforeEach(async () => {
        bench = new NestBench(await make());
      });
      afterEach(() => bench.close());

      tests(() => bench);
    });
  }
}

/** What the application logs, for who looks for it. */
class Log implements LoggerService {
  readonly errors: unknown[] = [];

  log(): void {}
  warn(): void {}
  error(message: unknown): void {
    this.errors.push(message);
  }
}

/** How to start a microservice. */
export interface Started extends Pick<ModuleMetadata, 'providers' | 'imports'> {
  readonly packets?: Packets;
  readonly setUp?: (app: INestMicroservice) => void;
}

/** A microservice and its clients, gone when `close` is called. */
export class NestBench {
  readonly link: Link;
  readonly log: Log = new Log();
  readonly #opened: (() => unknown)[] = [];

  constructor(link: Link) {
    this.link = link;
  }

  /** Resolves when it listens. */
  async start(controllers: Type[], options: Started = {}): Promise<INestMicroservice> {
    const { packets, setUp, ...metadata } = options;
    return this.listen(this.link.server(packets), moduleOf({ controllers, ...metadata }), setUp);
  }

  async listen(
    strategy: CustomTransportStrategy,
    module: Type,
    setUp?: (app: INestMicroservice) => void,
  ): Promise<INestMicroservice> {
    const app = await NestFactory.createMicroservice(module, { strategy, ...this.quiet });
    setUp?.(app);
    this.later(() => app.close());
    await app.listen();
    return app;
  }

  client(packets?: Packets): ClientProxy {
    const client = ClientProxyFactory.create(this.link.client(packets) as TcpClientOptions);
    this.later(() => client.close() as unknown);
    return client as ClientProxy;
  }

  /** For the factories of applications. */
  get quiet(): { logger: LoggerService; abortOnError: false } {
    return { logger: this.log, abortOnError: false };
  }

  later(close: () => unknown): void {
    this.#opened.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#opened.splice(0).reverse()) await close();
    await this.link.close();
  }
}

export function moduleOf(metadata: ModuleMetadata): Type {
  class AppModule {}
  Module(metadata)(AppModule);
  return AppModule;
}

/** All values of a response. */
export function allOf<T>(response$: Observable<T>): Promise<T[]> {
  return firstValueFrom(response$.pipe(toArray()));
}

/** What a response fails with. */
export async function failureOf(response$: Observable<unknown>): Promise<unknown> {
  let values: unknown[];
  try {
    values = await allOf(response$);
  } catch (error) {
    return error;
  }
  throw new Error(`It did not fail, but gave ${values.length} values`);
}
