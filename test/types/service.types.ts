// Checked by the compiler alone: hosts, workers, what stands around them, and transports.

import type { Observable } from 'rxjs';
import { json, text, type Codec, type Message, type MessageQueue } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import {
  collectGarbage,
  describeQueue,
  describeQueues,
  examineSystem,
  prometheusMetrics,
  queueCharge,
  QueueSampler,
  type GarbageReport,
  type QueueActivity,
  type QueueDescription,
  type SystemReport,
} from 'posix-mqueue/inspect';
import { instrument } from 'posix-mqueue/opentelemetry';
import {
  bridge,
  Host,
  programHandler,
  requeueDeadLetters,
  tee,
  Worker,
  WorkerPool,
  type Bridge,
  type DeadLetterHeader,
  type RequestContext,
  type Tee,
  type Transport,
} from 'posix-mqueue/service';
import {
  MemoryTransport,
  temporaryQueue,
  transportContract,
  type ContractCase,
} from 'posix-mqueue/testing';
import { expectType } from './expect.js';

interface Job {
  id: number;
}

const queues = { requests: '/a', responses: '/b' };

export async function services(): Promise<void> {
  const both: Codec<number, string> = { encode: () => Buffer.alloc(1), decode: String };
  const host = new Host({ ...queues, codec: both });
  await host.send(1, { priority: 2 });
  expectType<Observable<string>>()(host.responses$);
  expectType<string>()(await host.receive({ timeout: 1 }));
  expectType<Host<typeof both>>()(await host.open());
  host.on('stale', (message, queue) => {
    expectType<Message>()(message);
    expectType<string>()(queue);
  });
  // @ts-expect-error -- the codec takes numbers
  await host.send('one');
  // @ts-expect-error -- responses come from a queue
  new Host({ requests: '/a' });
  // @ts-expect-error -- no such event
  host.on('failure', () => undefined);

  const worker = new Worker({ ...queues, codec: json<Job>() }, async function* (job, context) {
    expectType<Job>()(job);
    expectType<RequestContext>()(context);
    yield { id: job.id + context.attempts };
  });
  worker.on('failure', ({ error, request }) => {
    expectType<unknown>()(error);
    expectType<unknown>()(request);
  });
  expectType<void>()(await worker.run({ signals: true }));
  // @ts-expect-error -- misspelled
  await worker.run({ signal: true });
  // @ts-expect-error -- a worker has something to do
  new Worker({ ...queues, codec: text });
  // @ts-expect-error -- a reply in place of one that failed is a Job too
  new Worker({ ...queues, codec: json<Job>(), onFailure: () => 'failed' }, (job) => job);

  const handler = programHandler('./resize', ['--fast'], { timeout: 1000 });
  new Worker(queues, handler);
  // @ts-expect-error -- a program takes bytes
  new Worker({ ...queues, codec: json<Job>() }, handler);
}

export async function around(): Promise<void> {
  expectType<Bridge>()(bridge({ queue: '/a' }, { queue: 'b', transport: new MemoryTransport() }));
  expectType<Tee>()(tee({ queue: '/a' }, [{ queue: '/b' }, { queue: '/c' }], { count: 5 }));
  // @ts-expect-error -- a tee has several ends
  tee({ queue: '/a' }, { queue: '/b' });
  // @ts-expect-error -- an end is a queue
  bridge('/a', '/b');
  for await (const requeued of requeueDeadLetters('/dead', { dryRun: true })) {
    expectType<string | undefined>()(requeued.reason);
    const header: Partial<DeadLetterHeader> = requeued;
    void header;
  }
  const pool = new WorkerPool(new URL('worker.js', import.meta.url), { size: 2 });
  pool.on('exit', ({ code }) => expectType<number | null>()(code));
  expectType<number[]>()(pool.pids);
  // @ts-expect-error -- a number of processes
  new WorkerPool('./worker.js', { size: '2' });
}

export function transports(): void {
  const all: Transport[] = [
    new MemoryTransport({ properties: true }),
    new AmqpTransport({ urls: ['amqp://a', 'amqp://b'] }),
  ];
  void all;
  // @ts-expect-error -- it has to know a broker
  new AmqpTransport({});
  // @ts-expect-error -- misspelled
  new AmqpTransport({ url: 'amqp://a' });
  // @ts-expect-error -- no transport
  new Host({ ...queues, transport: {} });
}

export async function inspecting(): Promise<void> {
  expectType<QueueDescription[]>()(await describeQueues());
  expectType<QueueDescription | undefined>()(await describeQueue('/q'));
  expectType<SystemReport>()(await examineSystem());
  expectType<GarbageReport>()(await collectGarbage({ dryRun: true }));
  expectType<string>()(await prometheusMetrics({ names: ['/q'] }));
  expectType<number>()(queueCharge(10, 8192));
  expectType<QueueActivity[]>()(await new QueueSampler({ interval: 100 }).take());
  // @ts-expect-error -- misspelled
  await collectGarbage({ dryrun: true });
  expectType<() => void>()(instrument());
}

export function testing(): void {
  expectType<MessageQueue>()(temporaryQueue({ maxMessages: 1 }));
  // @ts-expect-error -- it is always created
  temporaryQueue({ create: true });
  const cases = transportContract({
    make: () => new MemoryTransport(),
    name: () => 'a',
    end(transport) {
      expectType<MemoryTransport>()(transport);
    },
  });
  expectType<readonly ContractCase[]>()(cases);
  // @ts-expect-error -- it makes no transport
  transportContract({ make: () => 1, name: () => 'a' });
}
