import assert from 'node:assert/strict';
import { from, lastValueFrom, mergeMap, of, take, tap, toArray } from 'rxjs';
import { json, MessageQueueError, text, type InvalidMessageError } from 'posix-mqueue';
import { fromQueue } from 'posix-mqueue/rxjs';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { descriptorsOf, errorLike, nextTurn, until } from '../support/code.js';
import { fill, rest } from '../support/messages.js';

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
    assert.equal(rest(queue), 'c');
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
      assert.equal(rest(queue), 'bcd');
    });

    it('puts the rest back into the queue that was given by name, priorities kept', async () => {
      const queue = temporaryQueue();
      await queue.send('a', { priority: 2 });
      await queue.send('b', { priority: 1 });
      await fill(queue, 'c');
      assert.equal(await lastValueFrom(fromQueue(queue.name, batched).pipe(take(1))), 'a');
      await until(() => queue.currentMessages === 2, 'two messages in the queue');
      const { data, priority } = await queue.receive();
      assert.deepEqual([String(data), priority, rest(queue)], ['b', 1, 'c']);
    });

    it('does not even decode the rest', async () => {
      const queue = temporaryQueue();
      await fill(queue, '1', '?');
      const invalid: string[] = [];
      const values$ = fromQueue(queue, {
        codec: json,
        highWaterMark: 8,
        onInvalid: (message) => invalid.push(message.text()),
      });
      assert.equal(await lastValueFrom(values$.pipe(take(1))), 1);
      assert.deepEqual([invalid, rest(queue)], [[], '?']);
    });

    it('leaves the rest also where an invalid message ended it', async () => {
      const queue = temporaryQueue();
      await fill(queue, '1', '?', '2', '3');
      const values$ = fromQueue(queue, { codec: json, highWaterMark: 8 });
      await assert.rejects(lastValueFrom(values$), { code: 'ERR_MQ_INVALID_MESSAGE' });
      assert.equal(rest(queue), '23');
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
    await until(() => received.length === 60, '60 messages received');
    last.unsubscribe();
    const expected = Array.from({ length: 60 }, (_, index) => String(index));
    assert.deepEqual(received.toSorted(), expected.toSorted());
  });

  it('completes when its queue object is closed', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a');
    const all = lastValueFrom(fromQueue(queue, { codec: text }).pipe(toArray()));
    await until(() => queue.currentMessages === 0, 'an empty queue');
    await queue.close();
    assert.deepEqual(await all, ['a']);
  });

  it('closes the queue that it opened', async () => {
    const queue = temporaryQueue();
    const subscription = fromQueue(queue.name).subscribe();
    assert.equal(descriptorsOf(queue.name), 2);
    subscription.unsubscribe();
    await until(() => descriptorsOf(queue.name) === 1, 'a single descriptor of the queue');
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
    assert.equal(rest(queue), 'next');
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
    assert.equal(rest(queue), 'd');
  });

  it('shares the messages among its subscriptions in turn', async () => {
    const queue = temporaryQueue();
    const received: [string[], string[]] = [[], []];
    const subscriptions = received.map((list) =>
      from(queue).subscribe((message) => list.push(message.text())),
    );
    await fill(queue, 'a', 'b', 'c', 'd');
    await until(() => received.flat().length === 4, 'four messages received');
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
