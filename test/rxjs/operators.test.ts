import assert from 'node:assert/strict';
import { mock } from 'node:test';
import {
  concatMap,
  EMPTY,
  from,
  lastValueFrom,
  Observable,
  of,
  Subject,
  take,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { json, MessageQueueError, text } from 'posix-mqueue';
import { consumeQueue, toQueue } from 'posix-mqueue/rxjs';
import { turn } from '#dist/queue/line/turn.js';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';
import { fill, rest } from '../support/messages.js';

describe('toQueue', () => {
  it('sends in order over a full queue, and emits what was sent', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const emitted = lastValueFrom(
      from(numbers).pipe(toQueue(queue.name, { codec: json }), toArray()),
    );
    const received: unknown[] = [];
    while (received.length < 40) received.push((await queue.receive()).json());
    assert.deepEqual(received, numbers);
    assert.deepEqual(await emitted, numbers);
  });

  it('emits a value only once the kernel has it', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const emitted: string[] = [];
    const values$ = new Subject<string>();
    values$.pipe(toQueue(queue, { codec: text, priority: 3 })).subscribe((value) => {
      emitted.push(value as string);
    });
    values$.next('a');
    values$.next('b');
    await nextTurn();
    assert.deepEqual(emitted, ['a']);
    assert.equal((await queue.receive()).priority, 3);
    await until(() => emitted.length === 2, 'two messages received');
    assert.equal((await queue.receive()).text(), 'b');
  });

  it('fails with ENOBUFS over maxBuffered', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const sending = lastValueFrom(
      from(['a', 'b', 'c', 'd']).pipe(toQueue(queue, { codec: text, maxBuffered: 2 })),
    );
    const details = { code: 'ENOBUFS', errno: -105, queue: queue.name };
    await assert.rejects(sending, errorLike(MessageQueueError, details, /maxBuffered/));
  });

  it('fails with the error of encoding, and of the source', async () => {
    const queue = temporaryQueue({ maxMessageSize: 4 });
    const large = of('12345').pipe(toQueue(queue, { codec: text }));
    await assert.rejects(lastValueFrom(large), { code: 'EMSGSIZE' });
    const failing = throwError(() => new Error('source')).pipe(toQueue(queue));
    await assert.rejects(lastValueFrom(failing), /source/);
  });

  it('sends nothing more after it is unsubscribed', async () => {
    // A blocked thread may still send while it is being cancelled; the loop cannot.
    const queue = temporaryQueue({ maxMessages: 1, wait: 'loop' });
    await nextTurn();
    await turn.opened();
    const subscription = from(['a', 'b', 'c']).pipe(toQueue(queue)).subscribe();
    await nextTurn();
    subscription.unsubscribe();
    await nextTurn();
    assert.equal((await queue.receive()).text(), 'a');
    await assert.rejects(queue.receive({ timeout: 20 }), { code: 'ETIMEDOUT' });
  });
});

describe('consumeQueue', () => {
  it('takes a message only when a slot is free', async () => {
    const queue = temporaryQueue({ maxMessages: 8 });
    await fill(queue, 'a', 'b', 'c', 'd', 'e');
    const ends: Subject<string>[] = [];
    const started: string[] = [];
    const work = (value: string): Observable<string> => {
      started.push(value);
      const end = new Subject<string>();
      ends.push(end);
      return end;
    };
    const results: string[] = [];
    const subscription = consumeQueue(queue, work, { codec: text, concurrency: 2 }).subscribe(
      (result) => results.push(result),
    );
    await until(() => started.length === 2, 'two pieces of work begun');
    await nextTurn();
    assert.deepEqual([started, queue.currentMessages], [['a', 'b'], 3]);
    // The second is done first: results come in the order of completion.
    ends[1]?.next('B');
    ends[1]?.complete();
    await until(() => started.length === 3, 'three pieces of work begun');
    await nextTurn();
    assert.deepEqual([started, queue.currentMessages], [['a', 'b', 'c'], 2]);
    ends[0]?.next('A');
    assert.deepEqual(results, ['B', 'A']);
    subscription.unsubscribe();
    assert.equal(rest(queue), 'de');
  });

  it('works with promises, one at a time unless told otherwise', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c');
    let running = 0;
    const results$ = consumeQueue(
      queue,
      async (value, index) => {
        running += 1;
        assert.equal(running, 1);
        await nextTurn();
        running -= 1;
        return `${value}${index}`;
      },
      { codec: text },
    );
    assert.deepEqual(await lastValueFrom(results$.pipe(take(3), toArray())), ['a0', 'b1', 'c2']);
  });

  it('finishes what is in hand after until, then completes', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b');
    const stop$ = new Subject<void>();
    const end$ = new Subject<string>();
    const results = lastValueFrom(
      consumeQueue(queue, () => end$, { until: stop$ }).pipe(toArray()),
    );
    await until(() => end$.observed, 'a subscription to the end');
    stop$.next();
    end$.next('done');
    end$.complete();
    assert.deepEqual(await results, ['done']);
    assert.equal(rest(queue), 'b');
  });

  it('completes at until while it waits, and when the queue is closed', async () => {
    const queue = temporaryQueue();
    const waiting$ = consumeQueue(queue, () => EMPTY, { until: timer(5) });
    assert.deepEqual(await lastValueFrom(waiting$.pipe(toArray())), []);
    const closing = lastValueFrom(consumeQueue(queue, () => EMPTY).pipe(toArray()));
    await until(() => queue.waiting !== null, 'a wait');
    await queue.close();
    assert.deepEqual(await closing, []);
  });

  it('ends with the error of the work, and leaves the other messages', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c');
    const failing = (error: Error) =>
      lastValueFrom(consumeQueue(queue, () => throwError(() => error)));
    await assert.rejects(failing(new Error('inner')), /inner/);
    const throwing = consumeQueue(queue, () => {
      throw new Error('project');
    });
    await assert.rejects(lastValueFrom(throwing), /project/);
    assert.equal(rest(queue), 'c');
  });

  it('hands back what is left of a batch when it ends within it', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const options = { codec: text, concurrency: 4 };
    const first$ = consumeQueue(queue, (value) => of(value), options).pipe(take(1));
    assert.equal(await lastValueFrom(first$), 'a');
    assert.equal(rest(queue), 'bcd');
  });

  it('refuses a wrong concurrency', () => {
    const expected = errorLike(RangeError, { code: 'ERR_OUT_OF_RANGE' }, /options\.concurrency/);
    assert.throws(() => consumeQueue('/x', () => EMPTY, { concurrency: 0 }), expected);
  });
});

/** Virtual time stands still while the event loop would have its turn: as if it never had to. */
async function inVirtualTime(run: Parameters<TestScheduler['run']>[0]): Promise<void> {
  await turn.opened();
  const spending = mock.method(turn, 'spend', () => undefined);
  try {
    new TestScheduler((actual, expected) => assert.deepEqual(actual, expected)).run(run);
  } finally {
    spending.mock.restore();
  }
}

describe('operators on a queue, in marbles', () => {
  it('toQueue emits at the time of its source while there is room', async () => {
    const queue = temporaryQueue({ maxMessages: 4 });
    await inVirtualTime(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold('-a-b--c-|');
      expectObservable(source$.pipe(toQueue(queue, { codec: text }))).toBe('-a-b--c-|');
      expectSubscriptions(source$.subscriptions).toBe('^-------!');
    });
    assert.equal(rest(queue), 'abc');
  });

  it('toQueue passes an error of its source on at once', async () => {
    const queue = temporaryQueue();
    await inVirtualTime(({ cold, expectObservable }) => {
      const result$ = cold('-a-#').pipe(toQueue(queue, { codec: text }));
      expectObservable(result$).toBe('-a-#');
    });
  });

  it('concatMap over toQueue keeps the order', async () => {
    const queue = temporaryQueue();
    const sent$ = from(['a', 'b', 'c']).pipe(
      concatMap((value) => of(value).pipe(toQueue(queue.name, { codec: text }))),
      toArray(),
    );
    assert.deepEqual(await lastValueFrom(sent$), ['a', 'b', 'c']);
    assert.equal(rest(queue), 'abc');
  });
});
