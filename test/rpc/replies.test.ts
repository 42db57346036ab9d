import assert from 'node:assert/strict';
import { concat, lastValueFrom, map, Observable, of, throwError, timer, toArray } from 'rxjs';
import { RpcError, type RpcContext } from 'posix-mqueue/rpc';
import { errorLike, until } from '../support/code.js';
import { gate } from '../support/gate.js';
import { overTransports, Refused } from '../support/rpc.js';

overTransports('several replies to one request', (bench) => {
  it('gives all replies, by Observable and by for await', async () => {
    await bench().worker({
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
    const host = bench().host();
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

  it('needs no reply more where it is known which one is the last', async () => {
    const worker = await bench().worker({
      one: () => of(1),
      later: async () => of(1, 2),
      slow: () => timer(1).pipe(map(() => 1)),
      nothing: () => of(1, undefined),
      generator: function* () {
        yield 1;
      },
    });
    const host = bench().host();
    for (const [method, values, replies] of [
      ['one', [1], 1],
      ['later', [1, 2], 2],
      ['slow', [1], 1],
      ['nothing', [1, undefined], 3],
      ['generator', [1], 2],
    ] as const) {
      const before = worker.stats().replies;
      const received = await lastValueFrom(host.requestMany(0, { method }).pipe(toArray()));
      assert.deepEqual(received, values, method);
      await until(() => worker.stats().inHand === 0, 'no request in hand');
      assert.equal(worker.stats().replies - before, replies, method);
    }
    assert.equal(await host.request(0, { method: 'one' }), 1);
  });

  it('a for await that is left early, or an unsubscription, leaves nothing open', async () => {
    let ended = 0;
    await bench().worker(async function* () {
      try {
        for (let next = 0; next < 5; next += 1) yield next;
      } finally {
        ended += 1;
      }
    });
    const host = bench().host();
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
    await bench().worker(() => new Observable(() => undefined));
    const host = bench().host();
    const replies = host.requestMany(0)[Symbol.asyncIterator]();
    const next = replies.next();
    await until(() => host.stats().open === 1, 'an open request');
    assert.deepEqual(await replies.return?.(), { done: true, value: undefined });
    assert.deepEqual(await next, { done: true, value: undefined });
    assert.equal(host.stats().open, 0);
  });

  for (const first of [0, 1]) {
    it(`two workers answer one request: all come from attempt ${first}, the first to answer`, async () => {
      const letters = ['a', 'b'];
      // What each of the two has yet to say, and is told to.
      const words = letters.map((letter) =>
        [`${letter}1`, `${letter}2`].map((word) => ({ word, ...gate() })),
      );
      const handler = async function* (
        _: unknown,
        { attempt }: RpcContext,
      ): AsyncGenerator<string> {
        for (const { word, opened } of words[attempt] ?? []) {
          await opened;
          yield word;
        }
      };
      const workers = [await bench().worker(handler), await bench().worker(handler)];
      const host = bench().host();
      const values: unknown[] = [];
      const options = { attemptTimeout: 5, retries: 1, timeout: 9000 };
      const done = host.requestMany(0, options).forEach((value) => values.push(value));
      await until(() => workers.every((worker) => worker.stats().inHand === 1), 'two at work');
      const [winner = [], loser = []] = [words[first], words[1 - first]];
      winner[0]?.open();
      await until(() => values.length === 1, 'a first reply');
      for (const { open } of loser) open();
      // And the empty one that ends them.
      await until(() => host.stats().late === 3, 'the replies to the other attempt');
      winner[1]?.open();
      await done;
      assert.deepEqual(
        values,
        winner.map(({ word }) => word),
      );
      assert.deepEqual([host.stats().retries, host.stats().answered, host.stats().open], [1, 1, 0]);
    });
  }
});
