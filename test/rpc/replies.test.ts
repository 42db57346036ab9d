import assert from 'node:assert/strict';
import { concat, lastValueFrom, Observable, of, throwError, toArray } from 'rxjs';
import { RpcError } from 'posix-mqueue/rpc';
import { errorLike, until } from '../support/code.js';
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
});
