import assert from 'node:assert/strict';
import { once } from 'node:events';
import { firstValueFrom, from, take, toArray } from 'rxjs';
import { InvalidMessageError, json, Message, MessageQueueError, text } from 'posix-mqueue';
import { Host, PosixTransport, Worker, type Failure, type Transport } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';

const transports: [title: string, make: () => Transport][] = [
  ['PosixTransport', () => new PosixTransport()],
  ['MemoryTransport', () => new MemoryTransport()],
];

for (const [title, make] of transports) {
  describe(`Host and Worker over ${title}`, () => {
    let names: { requests: string; responses: string; transport: Transport };
    let host: Host<typeof text>;
    const workers: Worker<typeof text>[] = [];

    beforeEach(() => {
      names = { requests: temporaryName(), responses: temporaryName(), transport: make() };
      host = new Host({ ...names, codec: text });
    });
    afterEach(async () => {
      await Promise.all(workers.splice(0).map((worker) => worker.close({ timeout: 0 })));
      await host.close();
      // A host unlinks what it opened; some of these tests have a worker only.
      for (const name of [names.requests, names.responses]) {
        await names.transport.unlink(name).catch((error: unknown) => {
          assert.equal((error as MessageQueueError).code, 'ENOENT');
        });
      }
    });

    type TextHandler = ConstructorParameters<typeof Worker<typeof text>>[1];

    async function start(
      handler: TextHandler,
      options: Partial<ConstructorParameters<typeof Worker<typeof text>>[0]> = {},
    ): Promise<{ worker: Worker<typeof text>; running: Promise<void> }> {
      const worker = new Worker({ ...names, codec: text, ...options }, handler);
      workers.push(worker);
      const ready = once(worker, 'ready');
      const running = worker.run();
      await ready;
      return { worker, running };
    }

    it('answers each task', async () => {
      const { worker } = await start((request) => `${request} processed`);
      for (const task of ['task-1', 'task-2']) {
        await host.send(task);
        assert.equal(await host.receive(), `${task} processed`);
      }
      const counts = {
        received: 2,
        processed: 2,
        failed: 0,
        unfinished: 0,
        responses: 2,
        inHand: 0,
        adopted: 0,
        gaveUp: 0,
      };
      await until(
        () => worker.stats().inHand === 0,
        'a worker that has finished what it had in hand',
      );
      const { latency, ...others } = worker.stats();
      assert.deepEqual([others, latency.count], [counts, 2]);
    });

    it('takes values, promises, Observables, nothing and empty texts as results', async () => {
      const results: Record<string, unknown> = {
        value: 'value',
        promise: Promise.resolve('promise'),
        several: from(['one', 'two']),
        promised: Promise.resolve(from(['three'])),
        nothing: undefined,
        empty: '',
      };
      await start((request) => results[request] as string);
      const received: string[] = [];
      const subscription = host.responses$.subscribe((value) => received.push(value));
      for (const key of Object.keys(results)) await host.send(key);
      await until(() => received.length === 6, 'six messages received');
      subscription.unsubscribe();
      assert.deepEqual(received, ['value', 'promise', 'one', 'two', 'three', '']);
    });

    it('answers with the priority of a Message', async () => {
      await start((_, { priority }) => new Message(Buffer.from(`p${priority}`), 4));
      await host.send('x', { priority: 9 });
      assert.equal(await host.receive(), 'p9');
    });

    it('takes no more requests than it works on', async () => {
      const ends: (() => void)[] = [];
      const { worker } = await start(
        (request) => new Promise((resolve) => ends.push(() => resolve(request))),
        { concurrency: 2 },
      );
      for (const task of ['a', 'b', 'c']) await host.send(task);
      await until(() => ends.length === 2, 'two ends');
      await nextTurn();
      assert.deepEqual([worker.stats().inHand, worker.stats().received], [2, 2]);
      assert.equal((await names.transport.stat(names.requests)).messages, 1);
      const reading = firstValueFrom(host.responses$.pipe(take(3), toArray()));
      ends[1]?.();
      await until(() => ends.length === 3, 'three ends');
      ends[0]?.();
      ends[2]?.();
      assert.deepEqual((await reading).toSorted(), ['a', 'b', 'c']);
    });

    it('tells a failure, and goes on', async () => {
      const { worker } = await start((request) => {
        if (request === 'bad') throw new Error('no');
        return request;
      });
      const failed = once(worker, 'failure');
      await host.send('bad');
      const [{ error, request }] = (await failed) as [Failure];
      assert.deepEqual([(error as Error).message, request], ['no', 'bad']);
      await host.send('good');
      assert.equal(await host.receive(), 'good');
      assert.equal(worker.stats().failed, 1);
    });

    it('sends what onFailure returns', async () => {
      await start(
        async () => {
          throw new Error('no');
        },
        { onFailure: (error, request) => `${(error as Error).message}: ${String(request)}` },
      );
      await host.send('x');
      assert.equal(await host.receive(), 'no: x');
    });

    it('warns once of failures that nobody hears of', async () => {
      const warnings: (Error & { code?: string })[] = [];
      const collect = (warning: Error): unknown => warnings.push(warning);
      process.on('warning', collect);
      await start((request) =>
        request.startsWith('bad') ? Promise.reject(new Error('no')) : request,
      );
      for (const task of ['bad-1', 'bad-2', 'good']) await host.send(task);
      assert.equal(await host.receive(), 'good');
      await until(() => warnings.length > 0, 'a warning');
      await nextTurn();
      process.off('warning', collect);
      assert.deepEqual(
        warnings.map((each) => each.code),
        ['MQ_FAILURE'],
      );
      assert.doesNotMatch(warnings[0]?.message ?? '', /\bno\b|bad-/);
    });

    it('counts a response that is too large as a failure', async () => {
      const { worker } = await start((request) => request.repeat(600));
      const failed = once(worker, 'failure');
      await host.send('x');
      const [{ error }] = (await failed) as [Failure];
      errorLike(MessageQueueError, { code: 'EMSGSIZE', queue: names.responses })(error);
    });

    it('finishes what is in hand when it is closed, and takes no more', async () => {
      let finish = (): void => undefined;
      const { worker, running } = await start(
        (request) => new Promise((resolve) => (finish = () => resolve(request))),
      );
      await host.send('a');
      await until(() => worker.stats().inHand === 1, 'a request in hand');
      await host.send('b');
      const closing = Promise.all([worker.close(), worker.close(), once(worker, 'close')]);
      finish();
      assert.equal(await host.receive(), 'a');
      await Promise.all([closing, running]);
      assert.equal((await names.transport.stat(names.requests)).messages, 1);
      assert.equal(worker.stats().processed, 1);
    });

    it('gives up what is in hand after the timeout of close', async () => {
      let aborted = false;
      const { worker, running } = await start((request, { signal }) => {
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            resolve(request);
          });
        });
      });
      worker.on('failure', () => undefined);
      await host.send('a');
      await until(() => worker.stats().inHand === 1, 'a request in hand');
      await worker.close({ timeout: 5 });
      await running;
      assert.equal(aborted, true);
    });

    it('is closed by a signal given to run', async () => {
      const worker = new Worker({ ...names, codec: text }, (request) => request);
      const controller = new AbortController();
      const running = worker.run({ signal: controller.signal });
      await once(worker, 'ready');
      controller.abort();
      await running;
      await assert.rejects(worker.run(), { code: 'ERR_INVALID_ARG_VALUE' });
    });

    it('gives up what is in hand after the timeout of run', async () => {
      const worker = new Worker({ ...names, codec: text }, (request) => request);
      worker.on('failure', () => undefined);
      const controller = new AbortController();
      const running = worker.run({ signal: controller.signal, timeout: 5 });
      await once(worker, 'ready');
      // Nobody reads: the first response fills the queue, the second waits.
      for (const task of ['a', 'b']) await host.send(task);
      await until(
        () => worker.stats().responses === 1 && worker.stats().inHand === 1,
        'a response sent, and the next request in hand',
      );
      controller.abort();
      await running;
      assert.deepEqual([worker.stats().responses, worker.stats().failed], [1, 1]);
    });

    it('drops results without a response queue', async () => {
      const { requests, transport } = names;
      const worker = new Worker({ requests, transport, codec: text }, (request) => request);
      const running = worker.run();
      await host.send('a');
      await until(() => worker.stats().processed === 1, 'a request that is done');
      assert.equal(worker.stats().responses, 0);
      await worker.close();
      await running;
    });

    it('times out and is aborted with the errors of the queue', async () => {
      const details = { code: 'ETIMEDOUT', errno: -110, queue: names.responses };
      await assert.rejects(host.receive({ timeout: 5 }), errorLike(MessageQueueError, details));
      const signal = AbortSignal.timeout(5);
      await assert.rejects(host.receive({ signal, timeout: 1000 }), { code: 'ABORT_ERR' });
      await host.send('fills the queue');
      const sending = host.send('x', { timeout: 5 });
      await assert.rejects(sending, { code: 'ETIMEDOUT', queue: names.requests });
    });

    it('shares its responses among all subscribers, and starts and stops with them', async () => {
      await start((request) => request);
      const received: [string[], string[]] = [[], []];
      const subscriptions = received.map((list) =>
        host.responses$.subscribe((value) => list.push(value)),
      );
      await host.send('a');
      await until(() => received.flat().length === 2, 'two messages received');
      assert.deepEqual(received, [['a'], ['a']]);
      for (const subscription of subscriptions) subscription.unsubscribe();
      await host.send('b');
      await until(() => workers[0]?.stats().responses === 2, 'two responses sent');
      assert.equal(await host.receive({ timeout: 1000 }), 'b');
    });

    it('loses no response to subscribers that come and go', async () => {
      await start((request) => request);
      const received: string[] = [];
      for (let number = 0; number < 40; number += 1) {
        const subscription = host.responses$.subscribe((value) => received.push(value));
        await host.send(String(number));
        if (number % 2 === 0) await nextTurn();
        subscription.unsubscribe();
      }
      const last = host.responses$.subscribe((value) => received.push(value));
      await until(() => received.length === 40, '40 messages received');
      last.unsubscribe();
      assert.equal(new Set(received).size, 40);
    });

    it('completes its responses and unlinks both queues when it is closed', async () => {
      let completed = false;
      await host.open();
      host.responses$.subscribe({ complete: () => (completed = true) });
      await nextTurn();
      await Promise.all([host.close(), host.close()]);
      await until(() => completed, 'completion');
      for (const name of [names.requests, names.responses]) {
        await assert.rejects(names.transport.stat(name), { code: 'ENOENT' });
      }
      await assert.rejects(host.send('x'), { code: 'ERR_MQ_CLOSED' });
      await assert.rejects(host.receive(), { code: 'ERR_MQ_CLOSED' });
    });

    it('gives what an earlier run left to stale, not to the caller', async () => {
      const { transport, requests, responses } = names;
      const settings = { create: true, maxMessages: 1, maxMessageSize: 512 };
      for (const [name, data] of [
        [requests, 'old task'],
        [responses, 'old response'],
      ] as const) {
        const sender = await transport.openSender(name, settings);
        await sender.send(Buffer.from(data));
        await sender.close();
      }
      const stale: string[] = [];
      host.on('stale', (message, queue) => stale.push(`${message.text()} ${queue === requests}`));
      await host.open();
      assert.deepEqual(stale.toSorted(), ['old response false', 'old task true']);
      await assert.rejects(host.receive({ timeout: 5 }), { code: 'ETIMEDOUT' });
    });

    it('leaves the queues of others alone with unlink: false', async () => {
      const { transport, requests } = names;
      const options = { create: true, maxMessages: 1, maxMessageSize: 512 };
      const sender = await transport.openSender(requests, options);
      await sender.send(Buffer.from('a task'));
      const guest = new Host({ ...names, codec: text, unlink: false });
      await guest.open();
      await guest.close();
      assert.equal((await transport.stat(requests)).messages, 1);
      await sender.close();
    });

    it('fails a receive with what cannot be decoded, or tells onInvalid', async () => {
      const sender = await (async () => {
        await host.open();
        return names.transport.openSender(names.responses);
      })();
      await sender.send(Buffer.from([0xff]));
      await assert.rejects(host.receive(), (error: InvalidMessageError) => {
        return error instanceof InvalidMessageError && error.received.data[0] === 0xff;
      });
      await sender.close();
    });

    it('works through JSON of a type', async () => {
      interface Job {
        a: number;
      }
      const codec = json<Job>();
      const jobs = { ...names, codec };
      const worker = new Worker(jobs, ({ a }) => ({ a: a + 1 }));
      const running = worker.run();
      const typed = new Host(jobs);
      await typed.send({ a: 1 });
      const response: Job = await typed.receive();
      assert.deepEqual(response, { a: 2 });
      await worker.close();
      await running;
      await typed.close();
    });
  });
}
