import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, text } from 'posix-mqueue';
import { Host, Worker, type Failure, type WorkerOptions } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { unlinkQuietly, until } from '../support/code.js';

describe('a Worker whose host ends, and another begins', () => {
  let names: { requests: string; responses: string };
  let worker: Worker<typeof text>;
  let running: Promise<void>;
  let told: string[];
  let failures: Failure[];

  beforeEach(() => {
    names = { requests: temporaryName(), responses: temporaryName() };
    told = [];
    failures = [];
  });
  afterEach(async () => {
    await worker.close({ timeout: 0 });
    await running;
    for (const name of Object.values(names)) unlinkQuietly(name);
  });

  type Handler = ConstructorParameters<typeof Worker<typeof text>>[1];

  async function start(
    handler: Handler,
    options: Partial<WorkerOptions<typeof text>> = {},
  ): Promise<void> {
    worker = new Worker({ ...names, codec: text, ...options }, handler);
    const kind = (queue: string): string => (queue === names.requests ? 'requests' : 'responses');
    worker.on('unlinked', (queue) => told.push(`${kind(queue)} unlinked`));
    worker.on('reopened', (queue) => told.push(`${kind(queue)} reopened`));
    worker.on('failure', (failure) => failures.push(failure));
    const ready = once(worker, 'ready');
    running = worker.run();
    await ready;
  }

  const hostOf = (): Host<typeof text> => new Host({ ...names, codec: text });
  const both = (event: string): string[] => [`requests ${event}`, `responses ${event}`];
  const absent = { code: 'ENOENT' };

  it('answers each host of a row', async () => {
    await start((request) => `${request} processed`);
    for (let run = 0; run < 8; run += 1) {
      const host = hostOf();
      await host.send(`task-${run}`);
      assert.equal(await host.receive({ timeout: 5000 }), `task-${run} processed`);
      await host.close();
      if (run % 2 === 0)
        await until(
          () => told.includes('requests unlinked'),
          'the news that the requests have lost their name',
        );
    }
    assert.deepEqual(failures, []);
  });

  it('tells which queue was unlinked, makes none itself, and tells which it has again', async () => {
    await start((request) => request);
    await (await hostOf().open()).close();
    await until(() => told.length === 2, 'two events');
    assert.deepEqual(told.toSorted(), both('unlinked'));
    for (const name of Object.values(names)) assert.throws(() => MessageQueue.open(name), absent);
    const next = hostOf();
    await next.send('a');
    assert.equal(await next.receive({ timeout: 5000 }), 'a');
    await until(() => told.length === 4, 'four events');
    assert.deepEqual(told.slice(2).toSorted(), both('reopened'));
    await next.close();
  });

  it('answers to the host that asked, not to the one that has its queues by now', async () => {
    const ends: (() => void)[] = [];
    await start((request) => new Promise((resolve) => ends.push(() => resolve(request))));
    const first = hostOf();
    await first.send('of the first');
    await until(() => ends.length === 1, 'an end');
    await first.close();
    const second = await hostOf().open();
    await second.send('of the second');
    ends[0]?.();
    await until(() => ends.length === 2, 'two ends');
    ends[1]?.();
    assert.equal(await second.receive({ timeout: 5000 }), 'of the second');
    await second.close();
  });

  it('gives up a response that waits in vain where the host that asked had its queue', async () => {
    await start((request) => request);
    const first = hostOf();
    for (const task of ['a', 'b']) await first.send(task);
    await until(() => worker.stats().received === 2, 'two requests received');
    await first.close();
    const second = hostOf();
    await second.send('c');
    assert.equal(await second.receive({ timeout: 5000 }), 'c');
    assert.deepEqual(
      failures.map(({ error, request }) => [(error as { code?: unknown }).code, request]),
      [['ERR_MQ_REPLACED', 'b']],
    );
    await second.close();
  });

  it('stays with its queues where reopen is false, and tells', async () => {
    await start((request) => request, { reopen: false });
    const first = await hostOf().open();
    await first.close();
    await until(() => told.length === 2, 'two events');
    const second = hostOf();
    await second.send('a');
    await assert.rejects(second.receive({ timeout: 300 }), { code: 'ETIMEDOUT' });
    assert.deepEqual(told.toSorted(), both('unlinked'));
    await second.close();
  });
});
