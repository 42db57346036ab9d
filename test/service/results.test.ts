import assert from 'node:assert/strict';
import { once } from 'node:events';
import { json, MessageQueueError } from 'posix-mqueue';
import { Host, Worker, type Failure } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';

describe('the values of a handler', () => {
  const names = { requests: '/requests', responses: '/responses' };
  let transport: MemoryTransport;
  let host: Host<typeof json>;
  let worker: Worker<typeof json>;
  let running: Promise<void>;
  let failures: Failure[];

  beforeEach(() => {
    transport = new MemoryTransport();
    host = new Host({ ...names, transport, codec: json });
    failures = [];
  });
  afterEach(async () => {
    await worker.close({ timeout: 0 });
    await running;
    await host.close();
  });

  async function start(handler: ConstructorParameters<typeof Worker<typeof json>>[1]) {
    worker = new Worker({ ...names, transport, codec: json }, handler);
    worker.on('failure', (failure) => failures.push(failure));
    const ready = once(worker, 'ready');
    running = worker.run();
    await ready;
  }

  async function answers(count: number): Promise<unknown[]> {
    const received: unknown[] = [];
    while (received.length < count) received.push(await host.receive({ timeout: 5000 }));
    await assert.rejects(host.receive({ timeout: 1 }), { code: 'ETIMEDOUT' });
    return received;
  }

  async function* counting(to: number): AsyncGenerator<number> {
    for (let number = 1; number <= to; number += 1) {
      await nextTurn();
      yield number;
    }
  }

  const several: [title: string, make: () => unknown][] = [
    ['an async generator', () => counting(3)],
    ['a promise of an async generator', async () => counting(3)],
    ['an async iterable', () => ({ [Symbol.asyncIterator]: () => counting(3) })],
    ['a generator', () => [1, 2, 3].values()],
    [
      'a promise of a generator',
      async () =>
        (function* () {
          yield* [1, 2, 3];
        })(),
    ],
  ];
  for (const [title, make] of several) {
    it(`sends each value of ${title}`, async () => {
      await start(make);
      await host.send('x');
      assert.deepEqual(await answers(3), [1, 2, 3]);
      assert.deepEqual([worker.stats().processed, worker.stats().responses], [1, 3]);
    });
  }

  for (const value of [[1, 2], { next: 1 }, { a: [1] }]) {
    it(`sends ${JSON.stringify(value)} as one value`, async () => {
      await start(() => value);
      await host.send('x');
      assert.deepEqual(await answers(1), [value]);
    });
  }

  it('is asked for the next value when the one before is in the queue', async () => {
    let asked = 0;
    await start(async function* () {
      for (;;) {
        asked += 1;
        yield asked;
      }
    });
    await host.send('x');
    // The first fills the queue, the second waits for room.
    await until(() => asked === 2, 'two values asked for');
    await nextTurn();
    assert.equal(asked, 2);
    assert.equal(await host.receive(), 1);
    await until(() => asked === 3, 'three values asked for');
  });

  it('fails for what it throws after the values before', async () => {
    await start(async function* () {
      yield 1;
      throw new Error('no');
    });
    await host.send('x');
    assert.deepEqual(await answers(1), [1]);
    await until(() => failures.length === 1, 'a failure');
    assert.equal(String(failures[0]?.error), 'Error: no');
  });

  const endings: [title: string, work: () => AsyncGenerator<unknown>][] = [
    [
      'waits for room',
      async function* () {
        for (;;) yield 1;
      },
    ],
    [
      'works',
      async function* () {
        await new Promise(() => undefined);
        yield 1;
      },
    ],
  ];
  for (const [title, work] of endings) {
    it(`is left when the worker gives it up while it ${title}`, async () => {
      let left = false;
      await start(() => {
        const values = work();
        return {
          next: () => values.next(),
          return: () => {
            left = true;
            return values.return(undefined);
          },
          throw: (error: unknown) => values.throw(error),
          [Symbol.asyncIterator]() {
            return this;
          },
        };
      });
      await host.send('x');
      await until(() => worker.stats().inHand === 1, 'a request in hand');
      await worker.close({ timeout: 1 });
      assert.equal(left, true);
      assert.deepEqual(
        failures.map(({ error }) => (error as { code?: unknown }).code),
        ['ABORT_ERR'],
      );
    });
  }

  it('are none for a request that is invalid, and the warning has the text of the library', async () => {
    const warned = once(process, 'warning');
    await start(() => counting(1));
    worker.removeAllListeners('failure');
    const sender = await transport.openSender(names.requests);
    await sender.send(Buffer.from('{"secret":'));
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, 'MQ_FAILURE');
    assert.match(warning.message, /InvalidMessageError: The codec could not decode .* 10 bytes/);
    assert.doesNotMatch(warning.message, /secret/);
  });

  it('is left when a value cannot be sent', async () => {
    let left = false;
    await start(async function* () {
      try {
        yield 'x'.repeat(600);
      } finally {
        left = true;
      }
    });
    await host.send('x');
    await until(() => failures.length === 1, 'a failure');
    errorLike(MessageQueueError, { code: 'EMSGSIZE' })(failures[0]?.error);
    assert.equal(left, true);
  });
});
