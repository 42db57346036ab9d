import assert from 'node:assert/strict';
import { mock } from 'node:test';
import {
  concatMap,
  EMPTY,
  from,
  lastValueFrom,
  mergeMap,
  Observable,
  of,
  Subject,
  take,
  tap,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import {
  json,
  MessageQueue,
  MessageQueueError,
  text,
  type InvalidMessageError,
} from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { turn } from '#dist/queue/line/turn.js';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { descriptorsOf, errorLike, nextTurn, until } from '../support/code.js';

async function fill(queue: MessageQueue, ...data: string[]): Promise<void> {
  for (const each of data) await queue.send(each);
}

function texts(queue: MessageQueue): string {
  const received: string[] = [];
  for (;;) {
    const message = queue.tryReceive();
    if (message === null) return received.join('');
    received.push(message.text());
  }
}

describe('fromQueue', () => {
  it('is cold: takes nothing before it is subscribed', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a');
    const messages$ = fromQueue(queue.name, { codec: text });
    await nextTurn();
    assert.equal(queue.currentMessages, 1);
    assert.equal(await lastValueFrom(messages$.pipe(take(1))), 'a');
  });

  it('emits values, and priorities where asked for', async () => {
    const queue = temporaryQueue();
    await queue.send('null', { priority: 6 });
    await queue.send('[1]');
    const pair$ = fromQueue(queue, { codec: json, withPriority: true }).pipe(take(1));
    assert.deepEqual(await lastValueFrom(pair$), { value: null, priority: 6 });
    assert.deepEqual(await lastValueFrom(fromQueue(queue, { codec: json }).pipe(take(1))), [1]);
  });

  it('takes no message more than its subscriber wants', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c');
    const taken = await lastValueFrom(fromQueue(queue, { codec: text }).pipe(take(2), toArray()));
    assert.deepEqual(taken, ['a', 'b']);
    assert.equal(texts(queue), 'c');
  });

  describe('with a highWaterMark', () => {
    const batched = { codec: text, highWaterMark: 8 } as const;

    it('takes what is there at once, and gives it out one by one', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'a', 'b', 'c');
      const left: number[] = [];
      const three$ = fromQueue(queue, batched).pipe(
        tap(() => left.push(queue.currentMessages)),
        take(3),
        toArray(),
      );
      assert.deepEqual(await lastValueFrom(three$), ['a', 'b', 'c']);
      assert.deepEqual(left, [0, 0, 0]);
    });

    it('takes no more than that', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'a', 'b', 'c', 'd');
      const left: number[] = [];
      const four$ = fromQueue(queue, { ...batched, highWaterMark: 2 }).pipe(
        tap(() => left.push(queue.currentMessages)),
        take(4),
        toArray(),
      );
      assert.deepEqual(await lastValueFrom(four$), ['a', 'b', 'c', 'd']);
      assert.deepEqual(left, [2, 2, 0, 0]);
    });

    it('leaves the rest to the next consumer of the queue', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'a', 'b', 'c', 'd');
      assert.equal(await lastValueFrom(fromQueue(queue, batched).pipe(take(1))), 'a');
      assert.equal(queue.heldMessages, 3);
      assert.equal(texts(queue), 'bcd');
    });

    it('puts the rest back into the queue that was given by name, priorities kept', async () => {
      const queue = temporaryQueue();
      await queue.send('a', { priority: 2 });
      await queue.send('b', { priority: 1 });
      await fill(queue, 'c');
      assert.equal(await lastValueFrom(fromQueue(queue.name, batched).pipe(take(1))), 'a');
      await until(() => queue.currentMessages === 2);
      const { data, priority } = await queue.receive();
      assert.deepEqual([String(data), priority, texts(queue)], ['b', 1, 'c']);
    });

    it('leaves the rest also where an invalid message ended it', async () => {
      const queue = temporaryQueue();
      await fill(queue, '1', '?', '2', '3');
      const values$ = fromQueue(queue, { codec: json, highWaterMark: 8 });
      await assert.rejects(lastValueFrom(values$), { code: 'ERR_MQ_INVALID_MESSAGE' });
      assert.equal(texts(queue), '23');
    });

    it('goes on with the rest where the queue was found empty after it', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'a', 'b', 'c');
      const all$ = fromQueue(queue, { ...batched, highWaterMark: 2, until: 'empty' });
      assert.deepEqual(await lastValueFrom(all$.pipe(toArray())), ['a', 'b', 'c']);
    });

    it('refuses one that is no whole number', () => {
      for (const highWaterMark of [-1, 0.5, Number.NaN]) {
        assert.throws(() => fromQueue('/none', { highWaterMark }), RangeError);
      }
    });
  });

  it('can be subscribed again, by name and by object', async () => {
    const queue = temporaryQueue();
    for (const source of [queue, queue.name]) {
      const one$ = fromQueue(source, { codec: text }).pipe(take(1));
      for (const data of ['a', 'b', 'c']) {
        await queue.send(data);
        assert.equal(await lastValueFrom(one$), data);
      }
    }
  });

  it('keeps for the next subscription what came while one ended', async () => {
    const queue = temporaryQueue();
    const received: string[] = [];
    const messages$ = fromQueue(queue.name, { codec: text });
    for (let round = 0; round < 60; round += 1) {
      const subscription = messages$.subscribe((value) => received.push(value));
      await nextTurn();
      queue.trySend(String(round));
      subscription.unsubscribe();
    }
    const last = messages$.subscribe((value) => received.push(value));
    await until(() => received.length === 60);
    last.unsubscribe();
    const expected = Array.from({ length: 60 }, (_, index) => String(index));
    assert.deepEqual(received.toSorted(), expected.toSorted());
  });

  it('completes when its queue object is closed', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a');
    const all = lastValueFrom(fromQueue(queue, { codec: text }).pipe(toArray()));
    await until(() => queue.currentMessages === 0);
    await queue.close();
    assert.deepEqual(await all, ['a']);
  });

  it('closes the queue that it opened', async () => {
    const queue = temporaryQueue();
    const subscription = fromQueue(queue.name).subscribe();
    assert.equal(descriptorsOf(queue.name), 2);
    subscription.unsubscribe();
    await until(() => descriptorsOf(queue.name) === 1);
  });

  it('gives what goes wrong as its error', async () => {
    const missing = temporaryName();
    const opened = lastValueFrom(fromQueue(missing));
    await assert.rejects(opened, errorLike(MessageQueueError, { code: 'ENOENT', queue: missing }));
    const queue = temporaryQueue();
    await fill(queue, '{', 'next');
    await assert.rejects(lastValueFrom(fromQueue(queue, { codec: json })), (error) => {
      return (error as InvalidMessageError).received.text() === '{';
    });
    assert.equal(texts(queue), 'next');
  });

  it('goes on after invalid messages with onInvalid', async () => {
    const queue = temporaryQueue();
    await fill(queue, '{', '1');
    const invalid: string[] = [];
    const options = {
      codec: json,
      onInvalid: (message: { text(): string }) => invalid.push(message.text()),
    };
    assert.equal(
      await lastValueFrom(fromQueue(queue, options as object).pipe(take(1))).then(String),
      '1',
    );
    assert.deepEqual(invalid, ['{']);
  });

  it('refuses open options together with a queue object, before anything', () => {
    const queue = temporaryQueue();
    const options = { create: true };
    assert.throws(() => fromQueue(queue, options), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => fromQueue(queue, { codecs: text } as object), /did you mean 'codec'/);
    assert.throws(() => fromQueue(4 as unknown as string), { code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('a MessageQueue as an Observable', () => {
  it('works with from and mergeMap, and loses nothing', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const first = await lastValueFrom(from(queue).pipe(take(1)));
    const second = await lastValueFrom(
      of(1).pipe(
        mergeMap(() => queue),
        take(2),
        toArray(),
      ),
    );
    assert.deepEqual(
      [first, ...second].map((each) => each.text()),
      ['a', 'b', 'c'],
    );
    assert.equal(texts(queue), 'd');
  });

  it('shares the messages among its subscriptions in turn', async () => {
    const queue = temporaryQueue();
    const received: [string[], string[]] = [[], []];
    const subscriptions = received.map((list) =>
      from(queue).subscribe((message) => list.push(message.text())),
    );
    await fill(queue, 'a', 'b', 'c', 'd');
    await until(() => received.flat().length === 4);
    assert.deepEqual(received, [
      ['a', 'c'],
      ['b', 'd'],
    ]);
    for (const subscription of subscriptions) subscription.unsubscribe();
  });

  it('has no then and no length, which would make RxJS take it for something else', () => {
    const queue = temporaryQueue();
    assert.equal('then' in queue, false);
    assert.equal('length' in queue, false);
  });
});

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
    await until(() => emitted.length === 2);
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
    await until(() => started.length === 2);
    await nextTurn();
    assert.deepEqual([started, queue.currentMessages], [['a', 'b'], 3]);
    // The second is done first: results come in the order of completion.
    ends[1]?.next('B');
    ends[1]?.complete();
    await until(() => started.length === 3);
    await nextTurn();
    assert.deepEqual([started, queue.currentMessages], [['a', 'b', 'c'], 2]);
    ends[0]?.next('A');
    assert.deepEqual(results, ['B', 'A']);
    subscription.unsubscribe();
    assert.equal(texts(queue), 'de');
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
    await until(() => end$.observed);
    stop$.next();
    end$.next('done');
    end$.complete();
    assert.deepEqual(await results, ['done']);
    assert.equal(texts(queue), 'b');
  });

  it('completes at until while it waits, and when the queue is closed', async () => {
    const queue = temporaryQueue();
    const waiting$ = consumeQueue(queue, () => EMPTY, { until: timer(5) });
    assert.deepEqual(await lastValueFrom(waiting$.pipe(toArray())), []);
    const closing = lastValueFrom(consumeQueue(queue, () => EMPTY).pipe(toArray()));
    await until(() => queue.waiting !== null);
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
    assert.equal(texts(queue), 'c');
  });

  it('hands back what is left of a batch when it ends within it', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c', 'd');
    const options = { codec: text, concurrency: 4 };
    const first$ = consumeQueue(queue, (value) => of(value), options).pipe(take(1));
    assert.equal(await lastValueFrom(first$), 'a');
    assert.equal(texts(queue), 'bcd');
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
    assert.equal(texts(queue), 'abc');
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
    assert.equal(texts(queue), 'abc');
  });
});
