import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from, lastValueFrom, of, Subject, take, toArray } from 'rxjs';
import { AbortError } from 'posix-mqueue';
import { RpcError } from 'posix-mqueue/rpc';
import { errorLike, nextTurn, until } from '../support/code.js';
import { overTransports } from '../support/rpc.js';

overTransports('many requests', (bench) => {
  const square = (value: number): number => value ** 2;

  it('requestAll takes an array, a generator, an async generator and an Observable', async () => {
    await bench().worker(square);
    const host = bench().host();
    const sources = [
      [1, 2, 3],
      new Set([1, 2, 3]),
      (function* () {
        yield* [1, 2, 3];
      })(),
      (async function* () {
        yield* [1, 2, 3];
      })(),
      of(1, 2, 3),
    ];
    for (const source of sources) {
      const results$ = host.requestAll(source as Iterable<number>);
      assert.deepEqual(await lastValueFrom(results$.pipe(toArray())), [1, 4, 9]);
    }
    const again$ = host.requestAll([2]);
    assert.equal(await lastValueFrom(again$), 4);
    assert.equal(await lastValueFrom(again$), 4);
    const none = await lastValueFrom(host.requestAll([]).pipe(toArray()));
    assert.deepEqual(none, []);
  });

  it('requestAll asks its source for no more than it has places', async () => {
    const waiting: (() => void)[] = [];
    await bench().worker(
      (value) =>
        new Promise((resolve) =>
          waiting.push(() => {
            resolve(value);
          }),
        ),
      { concurrency: 8 },
    );
    let asked = 0;
    let left = false;
    function* endless(): Generator<number> {
      try {
        for (;;) yield (asked += 1);
      } finally {
        left = true;
      }
    }
    const results: unknown[] = [];
    const subscription = bench()
      .host()
      .requestAll(endless(), { concurrency: 3 })
      .subscribe((value) => results.push(value));
    await until(() => waiting.length === 3, 'three requests in hand');
    await nextTurn();
    assert.equal(asked, 3);
    waiting[1]?.();
    await until(() => results.length === 1, 'a result');
    await until(() => waiting.length === 4, 'another request in hand');
    assert.deepEqual([asked, results], [4, [2]]);
    subscription.unsubscribe();
    await until(() => left, 'the end of the source');
  });

  it('requestAll ends with the first failure, and leaves its source', async () => {
    const worker = await bench().worker((value) => {
      if (value === 3) throw new Error('three');
      return value;
    });
    let left = false;
    async function* source(): AsyncGenerator<number> {
      try {
        for (let next = 1; ; next += 1) yield next;
      } finally {
        left = true;
      }
    }
    const host = bench().host();
    const results: unknown[] = [];
    await assert.rejects(
      new Promise((resolve, reject) => {
        host.requestAll(source()).subscribe({
          next: (value) => results.push(value),
          error: reject,
          complete: () => resolve(undefined),
        });
      }),
      errorLike(RpcError, { message: 'three' }),
    );
    assert.deepEqual(results, [1, 2]);
    await until(() => left, 'the end of the source');
    assert.deepEqual([host.stats().open, worker.stats().received], [0, 3]);
  });

  it('requestAll unsubscribes from an Observable, and ends by its signal', async () => {
    await bench().worker(() => new Promise(() => undefined));
    const host = bench().host();
    const source = new Subject<number>();
    const controller = new AbortController();
    const results$ = host.requestAll(source, { signal: controller.signal });
    const ended = assert.rejects(lastValueFrom(results$), AbortError);
    source.next(1);
    await until(() => host.stats().open === 1, 'an open request');
    controller.abort();
    await ended;
    await until(() => !source.observed, 'a source without observers');
    assert.equal(host.stats().open, 0);
  });

  it('requestAll can be piped on', async () => {
    await bench().worker(square);
    const results$ = bench()
      .host()
      .requestAll(from([1, 2, 3]), { concurrency: 2 });
    const two = await lastValueFrom(results$.pipe(take(2), toArray()));
    assert.deepEqual(new Set(two), new Set([1, 4]));
  });

  it('requestTransform keeps the order, and has so many under way', async () => {
    const waiting: (() => void)[] = [];
    await bench().worker(
      (value) =>
        new Promise((resolve) =>
          waiting.push(() => {
            resolve(value);
          }),
        ),
      { concurrency: 8 },
    );
    const host = bench().host();
    const results: unknown[] = [];
    const done = pipeline(
      Readable.from([1, 2, 3, 4, 5]),
      host.requestTransform({ concurrency: 3 }),
      async (source: AsyncIterable<unknown>) => {
        for await (const value of source) results.push(value);
      },
    );
    await until(() => waiting.length === 3, 'three requests in hand');
    await nextTurn();
    assert.equal(host.stats().open, 3);
    for (let index = 2; index >= 0; index -= 1) waiting[index]?.();
    await until(() => waiting.length === 5, 'all requests in hand');
    waiting[4]?.();
    waiting[3]?.();
    await done;
    assert.deepEqual(results, [1, 2, 3, 4, 5]);
  });

  it('requestTransform is slowed down by who reads it', async () => {
    await bench().worker(square);
    const host = bench().host();
    const stream = host.requestTransform({ concurrency: 2 });
    let written = 0;
    const source = Readable.from(
      (function* () {
        for (;;) yield (written += 1);
      })(),
      { highWaterMark: 1 },
    );
    source.pipe(stream);
    await until(() => stream.readableLength > 0, 'a result');
    const { answered } = host.stats();
    await until(() => host.stats().open === 0, 'no open request');
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    assert.ok(written <= 10, String(written));
    assert.ok(host.stats().answered - answered <= 4);
    source.unpipe(stream);
    stream.destroy();
    source.destroy();
  });

  it('requestTransform is destroyed by a failure, and destroying it cancels', async () => {
    await bench().worker((value) => {
      if (value === 'bad') throw new Error('bad');
      return new Promise(() => undefined);
    });
    const host = bench().host();
    await assert.rejects(
      pipeline(Readable.from(['bad']), host.requestTransform(), async (source) => {
        for await (const _ of source as AsyncIterable<unknown>) assert.fail();
      }),
      errorLike(RpcError, { message: 'bad' }),
    );
    const stream = host.requestTransform();
    stream.write('slow');
    await until(() => host.stats().open === 1, 'an open request');
    stream.destroy();
    await until(() => host.stats().open === 0, 'no open request');
  });
});
