import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { lastValueFrom, toArray } from 'rxjs';
import {
  MessageQueue,
  text,
  type Message,
  type ReceiveOperation,
  type SendOperation,
} from 'posix-mqueue';
import type { ProcessOperation, RequestOperation } from 'posix-mqueue/rpc';
import { Worker } from 'posix-mqueue/service';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';
import { listen, type Told } from '../support/operations.js';
import { RpcBench, transports } from '../support/rpc.js';

const WELL = ['start', 'end', 'asyncStart', 'asyncEnd'];
const FAILED = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'];

function codeOf(operation: SendOperation | undefined): unknown {
  return (operation?.error as { code?: unknown } | undefined)?.code;
}

describe('the tracing channels', () => {
  const listened: Told<object>[] = [];

  function hear<C extends object>(
    name: Parameters<typeof listen>[0],
    onStart?: (operation: C) => void,
  ): Told<C> {
    const told = listen<C>(name, onStart);
    listened.push(told);
    return told;
  }

  afterEach(() => {
    for (const told of listened.splice(0)) told.stop();
  });

  describe('posix-mqueue:send', () => {
    it('tells of queue, priority and size', async () => {
      const queue = temporaryQueue();
      const { phases, atStart, operations } = hear<SendOperation>('send');
      await queue.send('é!', { priority: 7 });
      assert.deepEqual(phases, WELL);
      assert.deepEqual(atStart, [{ queue: queue.name, priority: 7, size: 3 }]);
      assert.equal(operations[0]?.error, undefined);
      assert.equal((await queue.receive()).text(), 'é!');
    });

    it('tells of one that waits when it is over, and why it failed', async () => {
      const queue = temporaryQueue({ maxMessages: 1 });
      await queue.send('fills');
      const { phases, operations } = hear<SendOperation>('send');
      const sent = queue.send(Buffer.from('waits'));
      assert.deepEqual(phases, ['start', 'end']);
      await queue.receive();
      await sent;
      assert.deepEqual(phases, WELL);
      phases.length = 0;
      const failed = queue.send('x', { timeout: 1 });
      await assert.rejects(failed, { code: 'ETIMEDOUT' });
      assert.deepEqual(phases, FAILED);
      assert.equal(codeOf(operations[1]), 'ETIMEDOUT');
    });

    it('tells of a message that is too large', async () => {
      const queue = temporaryQueue({ maxMessageSize: 4 });
      const { operations } = hear<SendOperation>('send');
      await assert.rejects(queue.send('12345'), { code: 'EMSGSIZE' });
      assert.equal(operations[0]?.size, 5);
      assert.equal(codeOf(operations[0]), 'EMSGSIZE');
    });
  });

  describe('posix-mqueue:receive', () => {
    it('tells what came when it has come, and no body', async () => {
      const queue = temporaryQueue();
      const { phases, atStart, operations } = hear<ReceiveOperation>('receive');
      const received = queue.receive();
      assert.deepEqual(atStart, [{ queue: queue.name }]);
      await queue.send('abc', { priority: 2 });
      assert.equal((await received).text(), 'abc');
      assert.deepEqual(phases, WELL);
      const { queue: name, count, size, priority } = operations[0] as ReceiveOperation;
      assert.deepEqual([name, count, size, priority], [queue.name, 1, 3, 2]);
      assert.equal(JSON.stringify(operations[0]).includes('data'), false);
    });

    it('tells of several messages, and of several queues', async () => {
      const [first, second] = [temporaryQueue(), temporaryQueue()];
      const { operations } = hear<ReceiveOperation>('receive');
      for (const each of ['a', 'bc']) await second.send(each);
      const messages: Message[] = await second.receiveMany(8);
      await second.send('def');
      await MessageQueue.receiveFirst([first, second]);
      assert.equal(messages.length, 2);
      assert.deepEqual(
        operations.map(({ queue, count, size }) => [queue, count, size]),
        [
          [second.name, 2, 3],
          [second.name, 1, 3],
        ],
      );
    });

    it('tells of no stream, listener, iterator or worker', async () => {
      const queue = temporaryQueue();
      const told = [hear('send'), hear('receive')];
      for (const each of ['a', 'b']) queue.trySend(each);
      for await (const message of queue) {
        assert.equal(message.text(), 'a');
        break;
      }
      const reader = queue.createReadStream({ codec: text });
      assert.deepEqual(await once(reader, 'data'), ['b']);
      reader.destroy();
      await once(reader, 'close');
      assert.equal(queue.tryReceive(), null);
      assert.deepEqual(
        told.map(({ operations }) => operations.length),
        [0, 0],
      );
    });
  });

  for (const [title, make] of transports) {
    describe(`posix-mqueue:request and posix-mqueue:process over ${title}`, () => {
      let bench: RpcBench;

      beforeEach(() => {
        bench = new RpcBench(make());
      });
      afterEach(() => bench.close());

      it('tell of a request on both sides, with the trace that a subscriber gave to it', async () => {
        const requested = hear<RequestOperation>('request', (operation) => {
          operation.traceparent = '00-one';
          operation.tracestate = 'a=b';
        });
        const processed = hear<ProcessOperation>('process');
        const inside = [hear('send'), hear('receive')];
        await bench.worker({ add: ([a, b]: [number, number]) => a + b });
        const host = bench.host();
        assert.equal(await host.request([1, 2], { method: 'add', priority: 3 }), 3);
        assert.deepEqual(
          inside.map(({ operations }) => operations.length),
          [0, 0],
        );
        const common = { queue: bench.requests, method: 'add', priority: 3, attempt: 0 };
        assert.deepEqual(requested.atStart, [{ ...common, notification: false }]);
        assert.deepEqual(requested.phases, WELL);
        const { id, size } = requested.operations[0] as RequestOperation;
        assert.equal(size, 5);
        assert.deepEqual(processed.atStart, [
          { ...common, id, size, traceparent: '00-one', tracestate: 'a=b' },
        ]);
        await until(() => processed.phases.length === 4, 'the end of the work');
        assert.deepEqual(processed.phases, WELL);
        assert.equal(
          'result' in processed.operations[0]! && processed.operations[0].result,
          undefined,
        );
      });

      it('tell of what a handler throws', async () => {
        const requested = hear<RequestOperation>('request');
        const processed = hear<ProcessOperation>('process');
        const thrown = new Error('not today');
        await bench.worker(() => {
          throw thrown;
        });
        const failed = await bench
          .host()
          .request(1)
          .catch((error: unknown) => error);
        assert.equal(requested.operations[0]?.error, failed);
        assert.equal(processed.operations[0]?.error, thrown);
        assert.deepEqual([requested.phases, processed.phases], [FAILED, FAILED]);
      });

      it('tell of notifications, of all replies to one, of each of many, and of one that was cancelled', async () => {
        const requested = hear<RequestOperation>('request');
        await bench.worker(
          {
            async *count(to: number) {
              for (let next = 1; next <= to; next += 1) yield next;
            },
            never: () => new Promise<void>(() => undefined),
          },
          { concurrency: 2 },
        );
        const host = bench.host();
        const values = await lastValueFrom(
          host.requestMany(2, { method: 'count' }).pipe(toArray()),
        );
        assert.deepEqual(values, [1, 2]);
        assert.deepEqual(requested.phases, WELL);
        await lastValueFrom(host.requestAll([1, 1], { method: 'count' }));
        await host.notify(1, { method: 'count' });
        const subscription = host.requestMany(1, { method: 'never' }).subscribe();
        await until(() => host.stats().open === 1, 'an open request');
        subscription.unsubscribe();
        await until(() => requested.phases.length === 20, 'the end of all');
        assert.deepEqual(
          requested.operations.map(({ method, notification, error }) => [
            method,
            notification,
            error,
          ]),
          [
            ['count', false, undefined],
            ['count', false, undefined],
            ['count', false, undefined],
            ['count', true, undefined],
            ['never', false, undefined],
          ],
        );
      });

      it('leave out a trace that there is no room for, or that is none', async () => {
        let trace: [traceparent: string, tracestate: string] = ['00-one', 'x'.repeat(400)];
        hear<RequestOperation>('request', (operation) => {
          [operation.traceparent, operation.tracestate] = trace;
        });
        const processed = hear<ProcessOperation>('process');
        await bench.worker((body) => body);
        const host = bench.host();
        const carries = bench.transport.capabilities.properties;
        // Messages are 512 bytes long.
        assert.equal(await host.request('y'.repeat(100)), 'y'.repeat(100));
        trace = [`00-${'a'.repeat(120)}`, 'x'];
        assert.equal(await host.request('y'.repeat(300)), 'y'.repeat(300));
        trace = ['é', 'x'];
        await host.request(0);
        assert.deepEqual(
          processed.operations.map(({ traceparent, tracestate }) => [traceparent, tracestate]),
          // What goes beside the body needs no room in it.
          carries
            ? [
                ['00-one', 'x'.repeat(400)],
                [`00-${'a'.repeat(120)}`, 'x'],
                [undefined, undefined],
              ]
            : [
                ['00-one', undefined],
                [undefined, undefined],
                [undefined, undefined],
              ],
        );
      });

      it('count how often a request was sent', async () => {
        const requested = hear<RequestOperation>('request');
        const processed = hear<ProcessOperation>('process');
        let calls = 0;
        await bench.worker(
          () => {
            calls += 1;
            return calls === 1 ? new Promise<void>(() => undefined) : calls;
          },
          { concurrency: 2 },
        );
        assert.equal(await bench.host().request(0, { attemptTimeout: 20, timeout: 5000 }), 2);
        assert.equal(requested.operations[0]?.attempt, 1);
        assert.deepEqual(
          processed.atStart.map(({ attempt }) => attempt),
          [0, 1],
        );
      });

      it('have the handler, and all that it awaits, run in the store of a subscriber', async () => {
        const store = new AsyncLocalStorage<string | undefined>();
        const start = channel('tracing:posix-mqueue:process:start');
        start.bindStore(store, (operation) => (operation as ProcessOperation).id);
        const seen: unknown[] = [];
        await bench.worker(async () => {
          seen.push(store.getStore());
          await Promise.resolve();
          seen.push(store.getStore());
        });
        const requested = hear<RequestOperation>('request');
        await bench.host().request(0);
        start.unbindStore(store);
        const { id } = requested.operations[0] as RequestOperation;
        assert.deepEqual(seen, [id, id]);
      });
    });
  }

  it('tell of the work of a raw Worker', async () => {
    const [requests, responses] = [temporaryQueue(), temporaryQueue()];
    const processed = hear<ProcessOperation>('process');
    const names = { requests: requests.name, responses: responses.name };
    const worker = new Worker({ ...names, codec: text, onMismatch: 'keep' }, (request) => {
      if (request === 'bad') throw new Error('no');
      return `${request} processed`;
    });
    worker.on('failure', () => undefined);
    const running = worker.run();
    await requests.send('task-1', { priority: 1 });
    assert.equal((await responses.receive()).text(), 'task-1 processed');
    await requests.send('bad');
    await once(worker, 'failure');
    await worker.close();
    await running;
    assert.deepEqual(processed.atStart, [
      { queue: requests.name, priority: 1, size: 6, attempt: 0 },
      { queue: requests.name, priority: 0, size: 3, attempt: 0 },
    ]);
    assert.deepEqual(processed.phases, [...WELL, ...FAILED]);
    assert.match(String(processed.operations[1]?.error), /no$/);
  });
});
