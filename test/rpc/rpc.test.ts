import assert from 'node:assert/strict';
import { once } from 'node:events';
import { concat, from, lastValueFrom, Observable, of, throwError, toArray } from 'rxjs';
import { AbortError, InvalidMessageError, MessageQueueError } from 'posix-mqueue';
import { RpcError, type RpcContext, type RpcFailure } from 'posix-mqueue/rpc';
import type { Transport } from 'posix-mqueue/service';
import { errorLike, nextTurn, until } from '../support/code.js';
import { RpcBench, transports } from '../support/rpc.js';

class Refused extends Error {
  readonly code = 'E_OWN';
}

for (const [title, make] of transports) {
  describe(`RpcHost and RpcWorker over ${title}`, () => {
    let transport: Transport;
    let bench: RpcBench;

    beforeEach(() => {
      transport = make();
      bench = new RpcBench(transport);
    });
    afterEach(() => bench.close());

    it('answers by the handler of the method', async () => {
      await bench.worker({
        add: ([a, b]: [number, number]) => a + b,
        later: async (word: string) => Promise.resolve(word.toUpperCase()),
      });
      const host = bench.host();
      assert.equal(await host.request([1, 2], { method: 'add' }), 3);
      assert.equal(await host.request('a', { method: 'later' }), 'A');
      const { requests, answered, failed, open } = host.stats();
      assert.deepEqual([requests, answered, failed, open], [2, 2, 0, 0]);
    });

    it('answers by one handler for all', async () => {
      await bench.worker((value, { method }) => [value, method]);
      assert.deepEqual(await bench.host().request(1, { method: 'any' }), [1, 'any']);
      assert.deepEqual(await bench.host().request(2), [2, null]);
    });

    it('gives the handler what the host told', async () => {
      const contexts: RpcContext[] = [];
      const worker = await bench.worker((_, context) => {
        contexts.push(context);
      });
      const before = Number(process.hrtime.bigint() / 1_000_000n);
      const host = bench.host();
      const meta = { a: '1', b: 'é"' };
      await host.request(0, { method: 'm', meta, priority: 7, timeout: 5000 });
      await host.request(0, { timeout: Infinity });
      const [first, second] = contexts as [RpcContext, RpcContext];
      assert.deepEqual(
        [first.method, first.attempt, first.meta, first.priority],
        ['m', 0, meta, 7],
      );
      const left = (first.deadline ?? 0) - before;
      assert.ok(left >= 5000 && left < 8000, String(left));
      assert.deepEqual([second.method, second.deadline, second.meta], [undefined, undefined, {}]);
      assert.equal(second.signal.aborted, false);
      await until(() => worker.stats().processed === 2, 'two requests processed');
      await until(() => worker.stats().inHand === 0, 'no request in hand');
      assert.deepEqual([worker.stats().received, worker.stats().replies], [2, 2]);
    });

    it('carries no value as an empty body', async () => {
      const values: unknown[] = [];
      await bench.worker((value) => {
        values.push(value);
      });
      assert.equal(await bench.host().request(undefined), undefined);
      assert.deepEqual(values, [undefined]);
    });

    it('tells the host what a handler throws, and not its stack', async () => {
      const worker = await bench.worker({
        own: () => {
          throw new Refused('no');
        },
        plain: async () => Promise.reject(new TypeError('plain')),
        data: () => {
          throw new RpcError('E_DATA', 'with data', { data: { at: [1] } });
        },
        word: () => {
          // oxlint-disable-next-line no-throw-literal -- a handler may
          throw 'a word';
        },
        bad: () => {
          throw Object.assign(new Error('x'), { code: 'no word' });
        },
      });
      const failures: RpcFailure[] = [];
      worker.on('failure', (failure) => failures.push(failure));
      const host = bench.host();
      const told = async (method: string): Promise<unknown[]> => {
        const error = (await host.request(0, { method }).catch((e: unknown) => e)) as RpcError;
        assert.ok(error instanceof RpcError);
        return [error.code, error.message, error.data];
      };
      assert.deepEqual(await told('own'), ['E_OWN', 'no', undefined]);
      assert.deepEqual(await told('plain'), ['ERR_MQ_HANDLER', 'plain', undefined]);
      assert.deepEqual(await told('data'), ['E_DATA', 'with data', { at: [1] }]);
      assert.deepEqual(await told('word'), ['ERR_MQ_HANDLER', 'a word', undefined]);
      assert.deepEqual(await told('bad'), ['ERR_MQ_HANDLER', 'x', undefined]);
      assert.equal((await told('missing'))[0], 'ERR_MQ_METHOD');
      assert.equal((await told('constructor'))[0], 'ERR_MQ_METHOD');
      assert.equal((await told('__proto__'))[0], 'ERR_MQ_METHOD');
      await until(() => failures.length === 8, 'eight failures');
      assert.deepEqual([worker.stats().failed, worker.stats().processed], [8, 0]);
      assert.deepEqual([failures[0]?.method, failures[0]?.told], ['own', true]);
      assert.equal(host.stats().failed, 8);
    });

    it('tells the stack, and who it was, where that is asked for', async () => {
      await bench.worker(
        () => {
          throw new Error('no');
        },
        { stacks: true, by: 'worker-1' },
      );
      const error = (await bench
        .host()
        .request(0)
        .catch((e: unknown) => e)) as RpcError;
      assert.match((error.data as { stack: string }).stack, /Error: no\n.*rpc\.test/s);
      assert.equal(error.by, 'worker-1');
    });

    it('tells as much of an error as fits', async () => {
      await bench.worker(({ text, data }: { text: string; data: string }) => {
        throw new RpcError('E_LONG', text, { data });
      });
      const host = bench.host({ maxMessageSize: 512 });
      const told = async (text: string, data: string): Promise<RpcError> =>
        (await host.request({ text, data }).catch((e: unknown) => e)) as RpcError;
      const first = await told('x', 'y'.repeat(300));
      assert.deepEqual([first.message, first.data], ['x', 'y'.repeat(300)]);
      // What goes beside the body needs no room in it.
      if (transport.capabilities.properties) return;
      const small = bench.host({ replies: { maxMessageSize: 128 } });
      const short = (await small
        .request({ text: 'x'.repeat(200), data: 'y' })
        .catch((e: unknown) => e)) as RpcError;
      assert.deepEqual([short.code, short.data], ['E_LONG', undefined]);
      assert.match(short.message, /^x{20,61}\.\.\.$/);
      const tiny = bench.host({ replies: { maxMessageSize: 60 } });
      const least = (await tiny
        .request({ text: 'x'.repeat(200), data: 'y' })
        .catch((e: unknown) => e)) as RpcError;
      assert.deepEqual([least.code, least.message], ['E_LONG', '']);
    });

    it('tells that a reply is too large', async () => {
      await bench.worker(() => 'x'.repeat(600));
      await assert.rejects(bench.host().request(0), errorLike(RpcError, { code: 'EMSGSIZE' }));
    });

    it('tells that a reply cannot be encoded, and that a body cannot be decoded', async () => {
      await bench.worker(() => 1n);
      await assert.rejects(bench.host().request(0), errorLike(RpcError, { code: 'ERR_MQ_ENCODE' }));
      const raw = { encode: (): Buffer => Buffer.from('{'), decode: (data: Buffer) => data };
      const host = bench.host({ codec: raw as never });
      const invalid = { code: 'ERR_MQ_INVALID_MESSAGE' };
      await assert.rejects(host.request(0), errorLike(RpcError, invalid, /body of the request/));
    });

    it('rejects where the host cannot decode, encode or send', async () => {
      await bench.worker(() => 1);
      const picky = {
        encode: (value: unknown): Buffer => {
          if (value === 'bad') throw new Error('no');
          return Buffer.from(String(value));
        },
        decode: () => {
          throw new Error('no');
        },
      };
      const host = bench.host({ codec: picky as never });
      await assert.rejects(host.request(1), errorLike(InvalidMessageError, {}));
      await assert.rejects(host.request('bad'), { code: 'ERR_MQ_ENCODE' });
      await assert.rejects(host.request('x'.repeat(600)), { code: 'EMSGSIZE' });
      const meta = transport.capabilities.properties
        ? { ['k'.repeat(65)]: 'too long a name' }
        : { long: 'x'.repeat(1100) };
      await assert.rejects(host.request(1, { meta }), { code: 'ERR_MQ_ENVELOPE' });
      assert.deepEqual([host.stats().open, host.stats().invalid], [0, 0]);
    });

    it('gives all replies, by Observable and by for await', async () => {
      await bench.worker({
        *three() {
          yield 1;
          yield 2;
          yield 3;
        },
        async *none() {},
        observable: () => of('a', 'b'),
        one: () => 1,
        nothing: () => undefined,
        broken: () =>
          concat(
            of(1),
            throwError(() => new Refused('broken')),
          ),
      });
      const host = bench.host();
      const all = async (method: string): Promise<unknown[]> => {
        const replies = host.requestMany(0, { method });
        const iterated = [];
        for await (const value of replies) iterated.push(value);
        assert.deepEqual(await lastValueFrom(replies.pipe(toArray())), iterated);
        return iterated;
      };
      assert.deepEqual(await all('three'), [1, 2, 3]);
      assert.deepEqual(await all('none'), []);
      assert.deepEqual(await all('observable'), ['a', 'b']);
      assert.deepEqual(await all('one'), [1]);
      assert.deepEqual(await all('nothing'), []);
      const seen: unknown[] = [];
      await assert.rejects(
        async () => {
          for await (const value of host.requestMany(0, { method: 'broken' })) seen.push(value);
        },
        errorLike(RpcError, { code: 'E_OWN' }),
      );
      assert.deepEqual(seen, [1]);
      assert.equal(await host.request(0, { method: 'three' }), undefined);
    });

    it('a for await that is left early, or an unsubscription, leaves nothing open', async () => {
      let ended = 0;
      await bench.worker(async function* () {
        try {
          for (let next = 0; next < 5; next += 1) yield next;
        } finally {
          ended += 1;
        }
      });
      const host = bench.host();
      for await (const value of host.requestMany(0)) {
        assert.equal(value, 0);
        break;
      }
      assert.equal(host.stats().open, 0);
      await until(() => ended === 1, 'the end of the handler');
      const first = await new Promise((resolve) => {
        const subscription = host.requestMany(0).subscribe((value) => {
          subscription.unsubscribe();
          resolve(value);
        });
      });
      assert.deepEqual([first, host.stats().open], [0, 0]);
      await until(() => ended === 2, 'the end of the second');
      await until(() => host.stats().late >= 2, 'late replies');
    });

    it('return() of an iterator does not wait for the next reply', async () => {
      await bench.worker(() => new Observable(() => undefined));
      const host = bench.host();
      const replies = host.requestMany(0)[Symbol.asyncIterator]();
      const next = replies.next();
      await until(() => host.stats().open === 1, 'an open request');
      assert.deepEqual(await replies.return?.(), { done: true, value: undefined });
      assert.deepEqual(await next, { done: true, value: undefined });
      assert.equal(host.stats().open, 0);
    });

    it('times out, counts the late reply, and a worker drops what has expired', async () => {
      let release: (value: string) => void = () => undefined;
      const worker = await bench.worker(
        () =>
          new Promise((resolve) => {
            release = resolve;
          }),
      );
      const host = bench.host();
      const noReply = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /sent once.*no reply/);
      const slow = assert.rejects(host.request(0, { timeout: 500 }), noReply);
      await until(() => worker.stats().inHand === 1, 'a request in hand');
      await assert.rejects(host.request(1, { timeout: 20 }), noReply);
      await slow;
      release('late');
      // Where messages have an expiration the queue itself drops those.
      const { properties } = transport.capabilities;
      await until(() => properties || worker.stats().expired === 1, 'an expired request');
      await until(() => host.stats().late === 1, 'a late reply');
      assert.deepEqual([host.stats().timedOut, worker.stats().replies], [2, 1]);
    });

    it('says where there was no room for the request', async () => {
      const host = bench.host();
      await host.notify(1);
      await host.notify(2);
      const noRoom = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /had no room/);
      await assert.rejects(host.request(3, { timeout: 10 }), noRoom);
      await assert.rejects(host.notify(3, { timeout: 10 }), noRoom);
      assert.equal(host.stats().notifications, 2);
      await bench.worker(() => 1);
      assert.equal(await host.request(3), 1);
    });

    it('is cancelled by a signal: before, while it waits for room, and for the reply', async () => {
      const host = bench.host();
      await assert.rejects(host.request(0, { signal: AbortSignal.abort() }), AbortError);
      const controller = new AbortController();
      const { signal } = controller;
      const open = [0, 1, 2].map((each) => host.request(each, { signal }));
      await until(() => host.stats().open === 3, 'three open requests');
      await nextTurn();
      controller.abort(new Error('why'));
      for (const each of open) {
        const error = (await each.catch((e: unknown) => e)) as AbortError;
        assert.deepEqual([error.code, (error.cause as Error).message], ['ABORT_ERR', 'why']);
      }
      assert.equal(host.stats().open, 0);
      const { messages } = await transport.stat(bench.requests);
      assert.equal(messages, 2);
    });

    it('sends again, with the same id and the next attempt, and drops the doubled reply', async () => {
      const attempts: number[] = [];
      const waiting: ((value: unknown) => void)[] = [];
      const worker = await bench.worker(
        (_, { attempt }) => {
          attempts.push(attempt);
          return attempt < 2 ? new Promise((resolve) => waiting.push(resolve)) : 'third';
        },
        { concurrency: 3 },
      );
      const host = bench.host();
      assert.equal(await host.request(0, { attemptTimeout: 5, timeout: 9000 }), 'third');
      for (const resolve of waiting) resolve('late');
      await until(() => host.stats().late === 2, 'two late replies');
      assert.deepEqual(attempts, [0, 1, 2]);
      assert.deepEqual([host.stats().retries, worker.stats().replies], [2, 3]);
    });

    it('sends no more often than retries allow, and not after the deadline', async () => {
      const host = bench.host({ maxMessages: 8 });
      const options = { attemptTimeout: 2, retries: 1, timeout: 60 };
      const twice = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /sent 2 times/);
      await assert.rejects(host.request(0, options), twice);
      const { messages } = await transport.stat(bench.requests);
      assert.equal(messages, 2);
      const shared = host.request(0, { retries: 2, timeout: 30 });
      await assert.rejects(shared, { code: 'ETIMEDOUT' });
      assert.ok(host.stats().retries <= 3);
    });

    it('remembers answers where it is told to, and does not work twice at one time', async () => {
      let worked = 0;
      let release: (value: string) => void = () => undefined;
      const worker = await bench.worker(
        (value) => {
          worked += 1;
          if (value === 'fast') return 'once';
          return new Promise((resolve) => {
            release = resolve;
          });
        },
        { deduplicate: 1, concurrency: 2 },
      );
      const host = bench.host();
      const slow = host.request('slow', { attemptTimeout: 2, retries: 1 });
      await until(() => worker.stats().repeated === 1, 'a repeated request');
      release('slow');
      assert.equal(await slow, 'slow');
      await until(() => worker.stats().replies === 1, 'a reply');
      assert.equal(worked, 1);
      assert.equal(await host.request('fast'), 'once');
    });

    it('goes on after replies that nobody takes', async () => {
      const worker = await bench.worker((value) => value);
      const gone = bench.host();
      await gone.open();
      await gone.close();
      const host = bench.host();
      await assert.rejects(gone.request(0), { code: 'ERR_MQ_CLOSED' });
      assert.equal(await host.request(1), 1);
      assert.equal(worker.stats().gone, 0);
    });

    it('notifies, and nobody is told of a failure', async () => {
      const failures: RpcFailure[] = [];
      const values: unknown[] = [];
      const worker = await bench.worker((value) => {
        values.push(value);
        if (value === 'bad') throw new Error('no');
        return from([1, 2]);
      });
      worker.on('failure', (failure) => failures.push(failure));
      const host = bench.host();
      await host.notify('good', { method: 'any' });
      await host.notify('bad');
      await until(() => worker.stats().failed === 1, 'a failure');
      assert.deepEqual([values, failures.map(({ told }) => told)], [['good', 'bad'], [false]]);
      assert.deepEqual([worker.stats().processed, worker.stats().replies], [1, 0]);
    });

    it('close rejects what is open, and removes the reply queue alone', async () => {
      await bench.worker(() => new Promise(() => undefined));
      const host = bench.host();
      const isClosed = errorLike(MessageQueueError, { code: 'ERR_MQ_CLOSED' });
      const open = assert.rejects(host.request(0), isClosed);
      await until(() => host.stats().open === 1, 'an open request');
      const closed = once(host, 'close');
      await Promise.all([host.close(), host[Symbol.asyncDispose]()]);
      await open;
      await closed;
      await assert.rejects(host.notify(0), { code: 'ERR_MQ_CLOSED' });
      await transport.stat(bench.requests);
    });

    it('a worker that is closed tells that it gave up', async () => {
      let aborted = false;
      const worker = await bench.worker(
        (_, { signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => (aborted = true));
          }),
      );
      const open = bench.host().request(0);
      await until(() => worker.stats().inHand === 1, 'a request in hand');
      await Promise.all([
        worker.close({ timeout: 1 }),
        assert.rejects(open, errorLike(RpcError, { code: 'ABORT_ERR' })),
      ]);
      assert.equal(aborted, true);
    });

    it("aborts a handler's signal at the deadline", async () => {
      let reason: unknown;
      await bench.worker(
        (_, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              ({ reason } = signal);
              resolve(undefined);
            });
          }),
      );
      const host = bench.host();
      // On a busy machine one may have expired before it is taken.
      while (reason === undefined) {
        await assert.rejects(host.request(0, { timeout: 20 }), { code: 'ETIMEDOUT' });
      }
      assert.match((reason as Error).message, /deadline/);
    });
  });
}
