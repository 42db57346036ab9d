import assert from 'node:assert/strict';
import { once } from 'node:events';
import { NEVER, Observable } from 'rxjs';
import { AbortError, Message, MessageQueue, text } from 'posix-mqueue';
import { Host, Worker, type Failure, type WorkerOptions } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { native } from '#dist/native/native.js';
import { coreOf } from '#dist/message-queue/message-queue.js';
import { until } from '../support/code.js';

describe('Worker', () => {
  const names = { requests: '/requests', responses: '/responses' };
  let transport: MemoryTransport;
  let host: Host<typeof text>;
  let worker: Worker<typeof text>;
  let running: Promise<void>;

  beforeEach(() => {
    transport = new MemoryTransport();
    host = new Host({ ...names, transport, codec: text });
  });
  afterEach(() => host.close());

  type Handler = ConstructorParameters<typeof Worker<typeof text>>[1];

  async function start(
    handler: Handler,
    options: Partial<WorkerOptions<typeof text>> = {},
  ): Promise<Failure[]> {
    worker = new Worker({ ...names, transport, codec: text, ...options }, handler);
    const failures: Failure[] = [];
    worker.on('failure', (failure) => failures.push(failure));
    const ready = once(worker, 'ready');
    running = worker.run();
    await ready;
    return failures;
  }

  const never = new Promise<never>(() => undefined);
  const endless: [
    title: string,
    handler: Handler,
    options?: Partial<WorkerOptions<typeof text>>,
  ][] = [
    ['a promise', () => never],
    ['an Observable', () => NEVER],
    ['a promised Observable', async () => NEVER],
    [
      'onFailure',
      () => {
        throw new Error('no');
      },
      { onFailure: () => never },
    ],
  ];

  for (const [title, handler, options] of endless) {
    it(`gives up ${title} that never ends after the timeout of close`, async () => {
      const failures = await start(handler, options);
      await host.send('a');
      await until(() => worker.stats().inHand === 1, 'a request in hand');
      await worker.close({ timeout: 1 });
      await running;
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.request, 'a');
      if (options === undefined) assert.ok(failures[0].error instanceof AbortError);
      assert.deepEqual([worker.stats().inHand, worker.stats().failed], [0, 1]);
    });
  }

  it('unsubscribes from an Observable that it gives up', async () => {
    let ended = false;
    await start(() => new Observable(() => () => (ended = true)));
    await host.send('a');
    await until(() => worker.stats().inHand === 1, 'a request in hand');
    await worker.close({ timeout: 1 });
    assert.equal(ended, true);
  });

  it('gives up a response that waits for a full queue', async () => {
    const failures = await start((request) => request);
    await host.send('a');
    await host.send('b');
    await until(() => worker.stats().received === 2, 'two requests received');
    await worker.close({ timeout: 1 });
    assert.deepEqual(
      failures.map((each) => each.request),
      ['b'],
    );
    assert.equal(await host.receive(), 'a');
  });

  it('sends every value of an Observable before it is closed', async () => {
    let emit: (value: string) => void = () => undefined;
    let complete = (): void => undefined;
    await start(
      () =>
        new Observable<string>((subscriber) => {
          emit = (value) => subscriber.next(value);
          complete = () => subscriber.complete();
        }),
    );
    await host.send('a');
    await until(() => worker.stats().inHand === 1, 'a request in hand');
    const closing = worker.close();
    for (const value of ['one', 'two', 'three']) emit(value);
    complete();
    for (const value of ['one', 'two', 'three']) assert.equal(await host.receive(), value);
    await closing;
    assert.deepEqual([worker.stats().processed, worker.stats().responses], [1, 3]);
  });

  it('sends what came before the error of an Observable', async () => {
    const failures = await start(
      () =>
        new Observable<string>((subscriber) => {
          subscriber.next('one');
          subscriber.error(new Error('no'));
        }),
    );
    await host.send('a');
    assert.equal(await host.receive(), 'one');
    await until(() => failures.length === 1, 'a failure');
    await worker.close();
  });

  for (const [title, response] of [
    ['a priority out of range', Object.assign(new Message(Buffer.from('x'), 0), { priority: -1 })],
    ['a value that the codec refuses', 5 as unknown as string],
  ] as const) {
    it(`goes on after a response with ${title}`, async () => {
      const failures = await start((request) => (request === 'bad' ? response : request));
      await host.send('bad');
      await host.send('good');
      assert.equal(await host.receive(), 'good');
      assert.deepEqual(
        failures.map((each) => each.request),
        ['bad'],
      );
      await worker.close();
    });
  }

  it('cannot run again once it is closed', async () => {
    const closed = new Worker({ ...names, transport }, () => undefined);
    await closed.close();
    await assert.rejects(closed.run(), { code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('takes nothing when the signal of run was aborted before', async () => {
    await host.send('a');
    const late = new Worker({ ...names, transport }, () => assert.fail('taken'));
    await late.run({ signal: AbortSignal.abort() });
    assert.equal((await transport.stat(names.requests)).messages, 1);
  });
});

describe('the pool threads that workers set aside', () => {
  let budget: number;

  before(function () {
    // Before anything was opened the addon may not be loaded.
    temporaryQueue({ maxMessages: 1 });
    budget = native.poolBudget;
    if (budget === 0) this.skip(); // UV_THREADPOOL_SIZE=1 has none to set aside
  });

  it('are not taken away by another worker, and are free again after it', async () => {
    const isClosed = { code: 'ERR_MQ_CLOSED' };
    const waits: Promise<void>[] = [];
    const open = (): MessageQueue => temporaryQueue({ maxMessages: 1, maxMessageSize: 16 });
    const wait = async (queue: MessageQueue, way: string): Promise<void> => {
      waits.push(assert.rejects(queue.receive(), isClosed));
      await until(() => queue.waiting === way, 'a wait in the given way');
    };
    const claimants = Array.from({ length: budget }, open);
    for (const queue of claimants) {
      assert.equal(coreOf(queue).claimThread(), true);
      await wait(queue, 'worker');
    }
    const late = open();
    assert.equal(coreOf(late).claimThread(), false);
    await wait(late, 'loop');
    assert.deepEqual(
      claimants.map((queue) => queue.waiting),
      claimants.map(() => 'worker'),
    );
    for (const queue of claimants) await queue.close();
    await until(() => late.waiting === 'worker', 'a wait on a pool thread');
    const next = open();
    if (budget > 1) assert.equal(coreOf(next).claimThread(), true);
    await late.close();
    await Promise.all(waits);
  });

  it('come from a queue that can poll, and go to a wait that has begun', async () => {
    const waits: Promise<void>[] = [];
    // One of them polls already, and must not get the thread instead.
    const idle = Array.from({ length: budget + 1 }, () => temporaryQueue());
    const late = temporaryQueue();
    for (const queue of [...idle, late]) {
      waits.push(assert.rejects(queue.receive()));
      await until(() => queue.waiting !== null, 'a wait');
    }
    assert.equal(late.waiting, 'loop');
    assert.equal(coreOf(late).claimThread(), true);
    await until(() => late.waiting === 'worker', 'a wait on a pool thread');
    assert.equal(idle.filter((queue) => queue.waiting === 'loop').length, 2);
    for (const queue of [...idle, late]) await queue.close();
    await Promise.all(waits);
  });

  it('are for the workers: one that gets none warns, hosts set none aside', async () => {
    const warnings: (Error & { code?: string })[] = [];
    const collect = (warning: Error & { code?: string }): void => {
      // The queues are larger than what a Worker asks for, which is warned of too.
      if (warning.code !== 'MQ_SIZES') warnings.push(warning);
    };
    process.on('warning', collect);
    const queues = Array.from({ length: budget + 2 }, () => temporaryQueue().name);
    const [requests = '', responses = '', ...others] = queues;
    const host = await new Host({ requests, responses, unlink: false }).open();
    const workers = [requests, ...others].map(
      (name) => new Worker({ requests: name }, () => undefined),
    );
    const runs: Promise<void>[] = [];
    for (const [index, worker] of workers.entries()) {
      const ready = once(worker, 'ready');
      runs.push(worker.run());
      await ready;
      await until(
        () => warnings.length === Math.max(0, index + 1 - budget),
        'a warning for each worker beyond the budget',
      );
    }
    process.off('warning', collect);
    assert.deepEqual(
      warnings.map((each) => each.code),
      ['MQ_POLLING'],
    );
    assert.match(warnings[0]?.message ?? '', new RegExp(`'${queues.at(-1)}'.*UV_THREADPOOL_SIZE`));
    for (const worker of workers) await worker.close();
    await Promise.all(runs);
    await host.close();
  });
});
