import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import {
  EMPTY,
  from,
  lastValueFrom,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  toArray,
  type ObservableInput,
} from 'rxjs';
import { text } from 'posix-mqueue';
import { consumeQueue, type ConsumeQueueOptions } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';

type Until = ObservableInput<unknown>;

/** How often a source was asked for a value; it would give many, one at once after the other. */
class Pulled {
  count = 0;

  *[Symbol.iterator](): Generator<number> {
    while (this.count < 1000) {
      this.count += 1;
      yield this.count;
    }
  }
}

describe('consumeQueue, with work that emits while it is subscribed', () => {
  it('pulls no more of it when its subscriber has enough', async () => {
    const queue = temporaryQueue();
    await queue.send('job');
    const results = new Pulled();
    assert.equal(await lastValueFrom(consumeQueue(queue, () => results).pipe(take(1))), 1);
    assert.equal(results.count, 1);
  });
});

describe('consumeQueue, when until emits while a message is in hand', () => {
  it('finishes it, from within project', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    await queue.send('b');
    const stop$ = new Subject<void>();
    const work = async (value: string): Promise<string> => {
      stop$.next();
      await nextTurn();
      return `${value} done`;
    };
    const results$ = consumeQueue(queue, work, { codec: text, until: stop$ });
    assert.deepEqual(await lastValueFrom(results$.pipe(toArray())), ['a done']);
    assert.equal(queue.tryReceive()?.text(), 'b');
  });

  it('finishes it, from within the codec', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const stop$ = new Subject<void>();
    const codec = {
      encode: (value: string) => Buffer.from(value),
      decode: (bytes: Buffer) => {
        stop$.next();
        return bytes.toString();
      },
    };
    const results$ = consumeQueue(queue, (value) => of(value), { codec, until: stop$ });
    assert.deepEqual(await lastValueFrom(results$.pipe(toArray())), ['a']);
  });

  it('completes after a message that was invalid', async () => {
    const queue = temporaryQueue();
    await queue.send(Uint8Array.of(0xff));
    await queue.send('b');
    const stop$ = new Subject<void>();
    const options = { codec: text, until: stop$, onInvalid: () => stop$.next() };
    const results$ = consumeQueue(queue, (value) => of(value), options);
    assert.deepEqual(await lastValueFrom(results$.pipe(toArray())), []);
    assert.equal(queue.tryReceive()?.text(), 'b');
  });

  it('gives its slot back after an invalid message', async () => {
    const queue = temporaryQueue();
    await queue.send(Uint8Array.of(0xff));
    await queue.send('b');
    const options = { codec: text, onInvalid: () => undefined };
    const results$ = consumeQueue(queue, (value) => of(value), options);
    assert.equal(await lastValueFrom(results$.pipe(take(1))), 'b');
  });
});

describe('consumeQueue, with an until that emits while it is subscribed', () => {
  it('takes nothing and pulls no more of it', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const stop = new Pulled();
    const results$ = consumeQueue(queue, () => EMPTY, { until: stop });
    assert.deepEqual(await lastValueFrom(results$.pipe(toArray())), []);
    assert.equal(stop.count, 1);
    assert.equal(queue.currentMessages, 1);
  });

  it('needs no more of it than its first value', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const stop$ = new Subject<void>();
    const end$ = new Subject<string>();
    const results = lastValueFrom(
      consumeQueue(queue, () => end$, { until: stop$ }).pipe(toArray()),
    );
    await until(() => end$.observed, 'a subscription to the end');
    stop$.next();
    assert.equal(stop$.observed, false);
    end$.next('done');
    end$.complete();
    assert.deepEqual(await results, ['done']);
  });
});

describe('consumeQueue, with a wrong until', () => {
  it('refuses what cannot be observed, before anything', () => {
    const expected = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /'options\.until'/);
    for (const wrong of [5, null, {}, () => EMPTY]) {
      const options = { until: wrong as unknown as Until };
      assert.throws(() => consumeQueue('/x', () => EMPTY, options), expected);
    }
  });

  it('takes all that can be', () => {
    const queue = temporaryQueue();
    for (const right of [NEVER, Promise.resolve(), [], queue, undefined]) {
      const options: ConsumeQueueOptions = { until: right as Until };
      assert.ok(consumeQueue('/x', () => EMPTY, options) instanceof Observable);
    }
  });

  it('leaves no queue open when it fails', async () => {
    const queue = temporaryQueue();
    const before = readdirSync('/proc/self/fd').length;
    const failing = from({
      [Symbol.iterator]: () => {
        throw new Error('until');
      },
    } as Iterable<never>);
    const results$ = consumeQueue(queue.name, () => EMPTY, { until: failing });
    await assert.rejects(lastValueFrom(results$), /until/);
    await until(() => readdirSync('/proc/self/fd').length === before, 'closed descriptors');
  });
});
