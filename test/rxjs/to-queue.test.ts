import assert from 'node:assert/strict';
import { from, lastValueFrom, Observable, Subject, take, tap, toArray, type Observer } from 'rxjs';
import { MessageQueueError, text } from 'posix-mqueue';
import { fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { errorLike, nextTurn, until } from '../support/code.js';
import { takeAll } from '../support/messages.js';

describe('toQueue, when its source goes on from within next', () => {
  it('sends what still waits when the source completes there', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const received: string[] = [];
    fromQueue(queue, { codec: text }).subscribe((value) => received.push(value));
    const source$ = new Subject<string>();
    const emitted = lastValueFrom(
      source$.pipe(
        toQueue(queue, { codec: text }),
        tap((value) => {
          if (value === 'b') source$.complete();
        }),
        toArray(),
      ),
    );
    for (const value of ['a', 'b', 'c', 'd']) source$.next(value);
    assert.deepEqual(await emitted, ['a', 'b', 'c', 'd']);
    await until(() => received.length === 4, 'four messages received');
    assert.deepEqual(received, ['a', 'b', 'c', 'd']);
  });

  it('lets no value that comes there pass those that wait', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const source$ = new Subject<string>();
    const emitted: unknown[] = [];
    const received: string[] = [];
    source$.pipe(toQueue(queue, { codec: text })).subscribe((value) => {
      emitted.push(value);
      if (value !== '3') return;
      // There is room at this moment, which the new value would take.
      received.push(...takeAll(queue));
      source$.next('late');
    });
    for (const value of ['1', '2', '3', '4', '5', '6']) source$.next(value);
    await until(() => {
      received.push(...takeAll(queue));
      return received.length === 7 && emitted.length === 7;
    }, '7 messages received');
    const expected = ['1', '2', '3', '4', '5', '6', 'late'];
    assert.deepEqual([received, emitted], [expected, expected]);
  });
});

describe('toQueue, with a source that emits while it is subscribed', () => {
  // A value is sent at once only while the event loop is not due for its turn.
  beforeEach(() => turn.opened());

  it('sends nothing more after its error', async () => {
    const queue = temporaryQueue();
    const values = ['1', 2, '3', '4'] as string[];
    const sending = lastValueFrom(from(values).pipe(toQueue(queue, { codec: text })));
    await assert.rejects(sending, { code: 'ERR_MQ_ENCODE' });
    await nextTurn();
    assert.deepEqual(takeAll(queue), ['1']);
  });

  it('sends nothing more when its subscriber has enough', async () => {
    const queue = temporaryQueue();
    const first$ = from(['a', 'b', 'c']).pipe(toQueue(queue, { codec: text }), take(1));
    assert.equal(await lastValueFrom(first$), 'a');
    await nextTurn();
    assert.deepEqual(takeAll(queue), ['a']);
  });

  it('pulls nothing more from it either', async () => {
    const queue = temporaryQueue();
    let pulled = 0;
    function* many(): Generator<string> {
      while (pulled < 1000) {
        pulled += 1;
        yield String(pulled);
      }
    }
    const first$ = from(many()).pipe(toQueue(queue, { codec: text }), take(1));
    assert.equal(await lastValueFrom(first$), '1');
    assert.equal(pulled, 1);
  });

  it('lets go of one that does not know the Subscriber, as of another copy of RxJS', () => {
    const queue = temporaryQueue();
    const source$ = new Subject<string>();
    const foreign$ = new Observable<string>();
    foreign$.subscribe = (observer) => {
      const { next } = observer as Observer<string>;
      return source$.subscribe((value) => next.call(observer, value));
    };
    const subscription = foreign$.pipe(toQueue(queue, { codec: text })).subscribe();
    source$.next('a');
    subscription.unsubscribe();
    assert.equal(source$.observed, false);
    assert.deepEqual(takeAll(queue), ['a']);
  });
});

describe('toQueue, unsubscribed while a value is encoded', () => {
  // A value is sent at once only while the event loop is not due for its turn.
  beforeEach(() => turn.opened());

  it('does not send it', async () => {
    const queue = temporaryQueue();
    const source$ = new Subject<string>();
    const codec = {
      encode: (value: string) => {
        if (value === 'b') subscription.unsubscribe();
        return Buffer.from(value);
      },
      decode: String,
    };
    const subscription = source$.pipe(toQueue(queue, { codec })).subscribe();
    source$.next('a');
    source$.next('b');
    await nextTurn();
    assert.deepEqual(takeAll(queue), ['a']);
  });
});

describe('toQueue, given a value that cannot be sent', () => {
  it('sends what precedes it, then fails', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const source$ = new Subject<string>();
    const sent: unknown[] = [];
    const failed = new Promise<unknown>((resolve) => {
      source$.pipe(toQueue(queue, { codec: text })).subscribe({
        next: (value) => sent.push(value),
        error: resolve,
      });
    });
    for (const value of ['a', 'b', 'c', '\uD800', 'd']) source$.next(value);
    assert.equal(source$.observed, false);
    for (const value of ['a', 'b', 'c']) assert.equal((await queue.receive()).text(), value);
    errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE' })(await failed);
    assert.deepEqual(sent, ['a', 'b', 'c']);
    assert.equal(queue.tryReceive(), null);
  });

  it('pulls nothing more from a source that emits while it is subscribed', async () => {
    const queue = temporaryQueue();
    let pulled = 0;
    function* many(): Iterable<string> {
      for (const value of ['a', '\uD800', 'b', 'c']) {
        pulled += 1;
        yield value;
      }
    }
    const sending = lastValueFrom(from(many()).pipe(toQueue(queue, { codec: text })));
    await assert.rejects(sending, { code: 'ERR_MQ_ENCODE' });
    assert.equal(pulled, 2);
    assert.deepEqual(takeAll(queue), ['a']);
  });
});
