import assert from 'node:assert/strict';
import { lastValueFrom, of, Subject, toArray } from 'rxjs';
import { createReadStream, MessageQueue, text } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { descriptorsOf, nextTurn, until } from '../support/code.js';

/** Ends with 'a' taken and not delivered. Resolves when it has gone back, or is lost. */
type Ending = (name: string) => { taken: () => boolean; end: () => unknown };

const endings: Record<string, Ending> = {
  'destroy() of a stream by name': (name) => {
    const stream = createReadStream(name, { highWaterMark: 1 });
    stream.on('readable', () => undefined);
    return {
      taken: () => stream.readableLength === 1,
      end: () => new Promise((resolve) => stream.once('close', resolve).destroy()),
    };
  },
  'await using a stream by name': (name) => {
    const stream = createReadStream(name, { highWaterMark: 1 });
    stream.on('readable', () => undefined);
    return {
      taken: () => stream.readableLength === 1,
      end: () => stream[Symbol.asyncDispose](),
    };
  },
  'await using a queue': (name) => {
    const queue = MessageQueue.open(name);
    const stream = queue.createReadStream({ highWaterMark: 1 });
    stream.on('readable', () => undefined);
    return {
      taken: () => stream.readableLength === 1,
      end: async () => {
        await stream[Symbol.asyncDispose]();
        assert.equal(queue.heldMessages, 1);
        await queue[Symbol.asyncDispose]();
      },
    };
  },
  'destroy() of a stream whose queue was closed before': (name) => {
    const queue = MessageQueue.open(name);
    const stream = queue.createReadStream({ highWaterMark: 1 });
    stream.on('readable', () => undefined);
    return {
      taken: () => stream.readableLength === 1,
      end: async () => {
        await queue.close();
        await new Promise((resolve) => stream.once('close', resolve).destroy());
      },
    };
  },
};

describe('what goes back into a queue that is full', () => {
  for (const [how, begin] of Object.entries(endings)) {
    it(`waits for room while the event loop goes on (${how})`, async () => {
      const queue = temporaryQueue({ maxMessages: 1 });
      const before = descriptorsOf(queue.name);
      await queue.send('a');
      const { taken, end } = begin(queue.name);
      await until(taken, 'a message taken');
      queue.trySend('full');
      let ended = false;
      const ending = Promise.resolve(end()).then(() => (ended = true));
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      const received = [queue.tryReceive()?.text() ?? 'none'];
      await until(() => ended, 'the end');
      await ending;
      const back = queue.tryReceive();
      if (back !== null) received.push(back.text());
      assert.deepEqual(received.toSorted(), ['a', 'full']);
      assert.equal(descriptorsOf(queue.name), before);
    });
  }

  it('stands in line with a sender that is blocked', async () => {
    const queue = temporaryQueue({ maxMessages: 1, wait: 'worker' });
    await queue.send('a');
    const stream = createReadStream(queue.name, { highWaterMark: 1 });
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 1, 'a chunk in the buffer');
    queue.trySend('full');
    const blocked = ['b', 'c'].map((data) => queue.send(data));
    stream.destroy();
    const received: string[] = [];
    const other = MessageQueue.open(queue.name, { wait: 'loop' });
    await nextTurn();
    for (let count = 0; count < 4; count += 1) {
      received.push((await other.receive({ timeout: 5000 })).text());
    }
    assert.deepEqual(received.toSorted(), ['a', 'b', 'c', 'full']);
    await Promise.all(blocked);
    await other.close();
  });

  it('is told with the reason when there is no room in time', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('a');
    const stream = createReadStream(queue.name, { highWaterMark: 1 });
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 1, 'a chunk in the buffer');
    queue.trySend('full');
    const warned = new Promise<Error & { code?: string }>((resolve) => {
      process.once('warning', resolve);
    });
    stream.destroy();
    const warning = await warned;
    assert.equal(warning.code, 'MQ_UNDELIVERED');
    assert.match(warning.message, /^1 message .* found no room in the queue any more/);
    assert.match(warning.message, /Listen for 'undelivered', which gets them$/);
    assert.ok(stream.closed);
  });

  it('is told of with what a subscription by name can do about it', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const warned = new Promise<Error & { code?: string }>((resolve) => {
      process.once('warning', resolve);
    });
    const codec = {
      encode: (value: string) => Buffer.from(value),
      decode: (): string => {
        queue.trySend('full');
        subscription.unsubscribe();
        return '';
      },
    };
    const subscription = fromQueue(queue.name, { codec }).subscribe();
    queue.trySend('a');
    const warning = await warned;
    assert.equal(warning.code, 'MQ_UNDELIVERED');
    assert.match(warning.message, /Give it an open MessageQueue in place of a name/);
    assert.equal(queue.tryReceive()?.text(), 'full');
  });

  for (const how of ['exit', 'naturally']) {
    it(`goes back when the process ends meanwhile (${how})`, async () => {
      const queue = temporaryQueue({ maxMessages: 1 });
      await queue.send('a');
      const child = runFixture('ends-putting-back', [queue.name, how]);
      await child.printed('waiting');
      const received = [(await queue.receive()).text(), (await queue.receive()).text()];
      const { code, stderr } = await child.end;
      assert.deepEqual([code, stderr, received], [0, '', ['full', 'a']]);
      assert.equal(queue.currentMessages, 0);
    });
  }
});

describe('an Observable by name that ends while its queue is full', () => {
  it('goes on with what is late, when until emits', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    for (let round = 0; round < 40; round += 1) {
      const stop$ = new Subject<void>();
      const results$ = consumeQueue(queue.name, (value) => of(value), {
        codec: text,
        until: stop$,
      });
      const results = lastValueFrom(results$.pipe(toArray()));
      await nextTurn();
      await nextTurn();
      queue.trySend('a');
      // A thread that is blocked takes 'a' at once: then there is room for one more.
      const sent = queue.trySend('b') ? 2 : 1;
      stop$.next();
      const worked = await results;
      const left = queue.tryReceive();
      assert.deepEqual(
        [...worked, ...(left === null ? [] : [left.text()])],
        ['a', 'b'].slice(0, sent),
      );
      assert.equal(queue.tryReceive(), null);
    }
  });

  it('gives what finds no room to a subscription that came meanwhile', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const messages$ = fromQueue(queue.name, { codec: text });
    const received: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const first = messages$.subscribe((value) => received.push(value));
      await nextTurn();
      queue.trySend(`a${round}`);
      queue.trySend(`b${round}`);
      first.unsubscribe();
      const second = messages$.subscribe((value) => received.push(value));
      await until(
        () => received.includes(`a${round}`) && queue.currentMessages === 0,
        'all of its messages, and an empty queue',
      );
      second.unsubscribe();
    }
  });
});
