import assert from 'node:assert/strict';
import { once } from 'node:events';
import { from } from 'rxjs';
import { MessageQueueError } from 'posix-mqueue';
import { RpcError, type RpcContext, type RpcFailure } from 'posix-mqueue/rpc';
import { errorLike, until } from '../support/code.js';
import { overTransports } from '../support/rpc.js';

overTransports('RpcHost and RpcWorker', (bench) => {
  it('answers by the handler of the method', async () => {
    await bench().worker({
      add: ([a, b]: [number, number]) => a + b,
      later: async (word: string) => Promise.resolve(word.toUpperCase()),
    });
    const host = bench().host();
    assert.equal(await host.request([1, 2], { method: 'add' }), 3);
    assert.equal(await host.request('a', { method: 'later' }), 'A');
    const { requests, answered, failed, open } = host.stats();
    assert.deepEqual([requests, answered, failed, open], [2, 2, 0, 0]);
  });

  it('answers by one handler for all', async () => {
    await bench().worker((value, { method }) => [value, method]);
    assert.deepEqual(await bench().host().request(1, { method: 'any' }), [1, 'any']);
    assert.deepEqual(await bench().host().request(2), [2, null]);
  });

  it('gives the handler what the host told', async () => {
    const contexts: RpcContext[] = [];
    const worker = await bench().worker((_, context) => {
      contexts.push(context);
    });
    const before = Number(process.hrtime.bigint() / 1_000_000n);
    const host = bench().host();
    const meta = { a: '1', b: 'é"' };
    await host.request(0, { method: 'm', meta, priority: 7, timeout: 5000 });
    await host.request(0, { timeout: Infinity });
    const [first, second] = contexts as [RpcContext, RpcContext];
    assert.deepEqual([first.method, first.attempt, first.meta, first.priority], ['m', 0, meta, 7]);
    const left = (first.deadline ?? 0) - before;
    assert.ok(left >= 5000 && left < 8000, String(left));
    assert.deepEqual([second.method, second.deadline, second.meta], [undefined, undefined, {}]);
    assert.equal(second.signal.aborted, false);
    assert.deepEqual([first.notification, second.notification], [false, false]);
    assert.equal(typeof first.id, 'string');
    assert.notEqual(first.id, second.id);
    await until(() => worker.stats().processed === 2, 'two requests processed');
    await until(() => worker.stats().inHand === 0, 'no request in hand');
    assert.deepEqual([worker.stats().received, worker.stats().replies], [2, 2]);
    await host.notify(0);
    await until(() => contexts.length === 3, 'a notification');
    assert.equal(contexts[2]?.notification, true);
  });

  it('carries no value as an empty body', async () => {
    const values: unknown[] = [];
    await bench().worker((value) => {
      values.push(value);
    });
    assert.equal(await bench().host().request(undefined), undefined);
    assert.deepEqual(values, [undefined]);
  });

  it('goes on after replies that nobody takes', async () => {
    const worker = await bench().worker((value) => value);
    const gone = bench().host();
    await gone.open();
    await gone.close();
    const host = bench().host();
    await assert.rejects(gone.request(0), { code: 'ERR_MQ_CLOSED' });
    assert.equal(await host.request(1), 1);
    assert.equal(worker.stats().gone, 0);
  });

  it('notifies, and nobody is told of a failure', async () => {
    const failures: RpcFailure[] = [];
    const values: unknown[] = [];
    const worker = await bench().worker((value) => {
      values.push(value);
      if (value === 'bad') throw new Error('no');
      return from([1, 2]);
    });
    worker.on('failure', (failure) => failures.push(failure));
    const host = bench().host();
    await host.notify('good', { method: 'any' });
    await host.notify('bad');
    await until(() => worker.stats().failed === 1, 'a failure');
    assert.deepEqual([values, failures.map(({ told }) => told)], [['good', 'bad'], [false]]);
    assert.deepEqual([worker.stats().processed, worker.stats().replies], [1, 0]);
  });

  it('close rejects what is open, and removes the reply queue alone', async () => {
    await bench().worker(() => new Promise(() => undefined));
    const host = bench().host();
    const isClosed = errorLike(MessageQueueError, { code: 'ERR_MQ_CLOSED' });
    const open = assert.rejects(host.request(0), isClosed);
    await until(() => host.stats().open === 1, 'an open request');
    const closed = once(host, 'close');
    await Promise.all([host.close(), host[Symbol.asyncDispose]()]);
    await open;
    await closed;
    await assert.rejects(host.notify(0), { code: 'ERR_MQ_CLOSED' });
    await bench().transport.stat(bench().requests);
  });

  it('a worker that is closed tells that it gave up', async () => {
    let aborted = false;
    const worker = await bench().worker(
      (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (aborted = true));
        }),
    );
    const open = bench().host().request(0);
    await until(() => worker.stats().inHand === 1, 'a request in hand');
    await Promise.all([
      worker.close({ timeout: 1 }),
      assert.rejects(open, errorLike(RpcError, { code: 'ABORT_ERR' })),
    ]);
    assert.equal(aborted, true);
  });
});
