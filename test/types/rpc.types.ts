// Checked by the compiler alone: what a host knows of the workers' handlers.

import type { Observable } from 'rxjs';
import { json, text, type Bytes } from 'posix-mqueue';
import { RpcHost, RpcWorker, type ReplyStream, type RpcContext } from 'posix-mqueue/rpc';
import { expectType } from './expect.js';

interface Job {
  id: number;
}

const handlers = {
  add: ([a, b]: [number, number]) => a + b,
  later: async (job: Job, { signal }: RpcContext) => Promise.resolve(signal.aborted ? null : job),
  async *count(to: number) {
    for (let next = 1; next <= to; next += 1) yield next;
  },
  *words() {
    yield 'word';
  },
  observed: (word: string): Observable<Job> => {
    throw new Error(word);
  },
  nothing: (job: Job): void => void job.id,
  several: async (count: number): Promise<AsyncIterable<string>> => {
    throw new Error(String(count));
  },
  maybe: (given?: number) => (given === undefined ? 'none' : given),
};

export async function ofHandlers(): Promise<void> {
  new RpcWorker({ requests: '/q', codec: json }, handlers);
  const host = new RpcHost<typeof handlers>({ requests: '/q', codec: json });
  expectType<number>()(await host.request([1, 2], { method: 'add' }));
  expectType<Job | null>()(await host.request({ id: 1 }, { method: 'later', timeout: 5 }));
  expectType<number>()(await host.request(3, { method: 'count' }));
  expectType<ReplyStream<number>>()(host.requestMany(3, { method: 'count' }));
  expectType<ReplyStream<string>>()(host.requestMany(undefined, { method: 'words' }));
  expectType<Job>()(await host.request('a', { method: 'observed' }));
  expectType<undefined>()(await host.request({ id: 1 }, { method: 'nothing' }));
  expectType<string>()(await host.request(1, { method: 'several' }));
  expectType<string | number>()(await host.request(undefined, { method: 'maybe' }));
  expectType<Observable<number>>()(host.requestAll([[1, 2]], { method: 'add', concurrency: 2 }));
  for await (const value of host.requestMany(3, { method: 'count' })) expectType<number>()(value);
  await host.notify({ id: 1 }, { method: 'nothing' });
  host.requestTransform({ method: 'add' });

  // @ts-expect-error -- no such method
  await host.request(1, { method: 'missing' });
  // @ts-expect-error -- another argument
  await host.request(['a', 2], { method: 'add' });
  // @ts-expect-error -- a method is needed
  await host.request([1, 2]);
  // @ts-expect-error -- a method is needed
  await host.request([1, 2], {});
  // @ts-expect-error -- misspelled
  await host.request([1, 2], { method: 'add', timeot: 5 });
  // @ts-expect-error -- another argument
  await host.notify(1, { method: 'nothing' });
  // @ts-expect-error -- another task
  host.requestAll(['a'], { method: 'count' });
}

export async function ofOneHandler(): Promise<void> {
  const square = (value: number): number => value ** 2;
  new RpcWorker({ requests: '/q', codec: json }, square);
  const host = new RpcHost<typeof square>({ requests: '/q', codec: json });
  expectType<number>()(await host.request(2));
  expectType<number>()(await host.request(2, { method: 'any' }));
  // @ts-expect-error -- another argument
  await host.request('2');
}

export async function ofCodecs(): Promise<void> {
  const plain = new RpcHost({ requests: '/q' });
  expectType<Buffer>()(await plain.request('x'));
  expectType<Buffer>()(await plain.request(new Uint8Array(1) satisfies Bytes, { method: 'any' }));
  // @ts-expect-error -- no bytes
  await plain.request(1);
  expectType<string>()(await new RpcHost({ requests: '/q', codec: text }).request('x'));
  expectType<unknown>()(await new RpcHost({ requests: '/q', codec: json }).request({ a: 1 }));
  expectType<Job>()(await new RpcHost({ requests: '/q', codec: json<Job>() }).request({ id: 1 }));

  new RpcWorker({ requests: '/q' }, (body, { method, attempt, deadline, meta, priority }) => {
    expectType<Buffer>()(body);
    expectType<string | undefined>()(method);
    expectType<number>()(attempt);
    expectType<number | undefined>()(deadline);
    expectType<Readonly<Record<string, string>>>()(meta);
    expectType<number>()(priority);
  });
  new RpcWorker({ requests: '/q', codec: text }, { upper: (word) => word.toUpperCase() });
  // @ts-expect-error -- a reply must be what the codec takes
  new RpcWorker({ requests: '/q', codec: text }, { length: (word) => word.length });
  // @ts-expect-error -- misspelled
  new RpcWorker({ requests: '/q', concurency: 2 }, () => undefined);
}
