import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { delay, lastValueFrom, of, toArray } from 'rxjs';
import { createDuplex, createReadStream, MessageQueue, text } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { descriptorsOf, until } from '../support/code.js';

const all = ['a', 'b', 'c', 'd', 'e'];

async function filled(): Promise<MessageQueue> {
  const queue = temporaryQueue({ maxMessages: 8 });
  for (const data of all) await queue.send(data);
  return queue;
}

describe("a reader with until: 'empty'", () => {
  for (const highWaterMark of [0, 1, 3]) {
    const options = { codec: text, until: 'empty', highWaterMark } as const;

    it(`takes what is there, then ends, by iteration (highWaterMark ${highWaterMark})`, async () => {
      const queue = await filled();
      const received: string[] = [];
      for await (const value of queue.createReadStream(options)) received.push(value);
      assert.deepEqual(received, all);
      assert.equal(queue.waiting, null);
    });

    it(`does so by its events (highWaterMark ${highWaterMark})`, async () => {
      const queue = await filled();
      const received: string[] = [];
      const stream = createReadStream(queue.name, options);
      stream.on('data', (value) => received.push(value));
      await once(stream, 'end');
      assert.deepEqual(received, all);
      await once(stream, 'close');
      assert.equal(descriptorsOf(queue.name), 1);
    });

    it(`does so in a pipeline (highWaterMark ${highWaterMark})`, async () => {
      const queue = await filled();
      const target = temporaryQueue({ maxMessages: 8 });
      const capitals = new Transform({
        objectMode: true,
        transform: (value: string, _, callback) => callback(null, value.toUpperCase()),
      });
      const source = createReadStream(queue.name, options);
      await pipeline(source, capitals, target.createWriteStream({ codec: text }));
      const received = await target.receiveMany(8);
      assert.deepEqual(
        received.map((each) => each.text()),
        ['A', 'B', 'C', 'D', 'E'],
      );
    });
  }

  it('ends where there is nothing', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    for await (const _ of queue.createReadStream({ until: 'empty' })) assert.fail();
  });

  it('takes what is there though the event loop is due for its turn', async () => {
    const queue = await filled();
    turn.spend(100_000);
    const received: string[] = [];
    const stream = queue.createReadStream({ codec: text, until: 'empty' });
    for await (const value of stream) received.push(value);
    assert.deepEqual(received, all);
  });

  it('shares with those who wait, behind them, and ends before them', async () => {
    const queue = temporaryQueue({ maxMessages: 4, wait: 'loop' });
    const waiting = [queue.receive(), queue.receive()];
    await until(() => queue.waiting === 'loop', 'a wait on the event loop');
    const received: string[] = [];
    const stream = queue.createReadStream({ codec: text, until: 'empty' });
    const other = MessageQueue.open(queue.name);
    // Sent within one turn, in which no wait learns of it.
    for (const data of ['a', 'b', 'c', 'd']) assert.equal(other.trySend(data), true);
    for await (const value of stream) received.push(value);
    assert.deepEqual(received, ['c', 'd']);
    const messages = await Promise.all(waiting);
    assert.deepEqual(
      messages.map((each) => each.text()),
      ['a', 'b'],
    );
    const last = queue.receive();
    for await (const _ of queue.createReadStream({ until: 'empty' })) assert.fail();
    await other.send('e');
    assert.equal((await last).text(), 'e');
    await other.close();
  });

  it('takes what was on its way to one who left', async () => {
    const queue = temporaryQueue({ maxMessages: 4 });
    const iterator = queue[Symbol.asyncIterator]();
    const step = iterator.next();
    await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
    assert.equal(queue.trySend('a'), true);
    void iterator.return?.();
    const received: string[] = [];
    const stream = queue.createReadStream({ codec: text, until: 'empty' });
    for await (const value of stream) received.push(value);
    assert.deepEqual(received, ['a']);
    assert.equal((await step).done, true);
  });

  it('can be destroyed like any other', async () => {
    const queue = await filled();
    const stream = queue.createReadStream({ until: 'empty', highWaterMark: 2 });
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 2, 'two chunks in the buffer');
    stream.destroy();
    await once(stream, 'close');
    assert.equal(queue.heldMessages + queue.currentMessages, 5);
  });

  it('ends the readable side of a channel', async () => {
    const readable = await filled();
    const channel = createDuplex({
      readable,
      writable: temporaryQueue({ maxMessages: 1 }),
      codec: text,
      until: 'empty',
    });
    const received: string[] = [];
    for await (const value of channel) received.push(value);
    assert.deepEqual([received, channel.destroyed], [all, false]);
    await channel[Symbol.asyncDispose]();
  });
});

describe("an Observable with until: 'empty'", () => {
  for (const byName of [true, false]) {
    it(`takes what is there, then completes, by name: ${byName}`, async () => {
      const queue = await filled();
      const given = byName ? queue.name : queue;
      const values$ = fromQueue(given, { codec: text, until: 'empty' }).pipe(toArray());
      assert.deepEqual(await lastValueFrom(values$), all);
      assert.deepEqual(await lastValueFrom(values$), []);
    });

    it(`finishes the work on what is there, by name: ${byName}`, async () => {
      const queue = await filled();
      const options = { codec: text, until: 'empty', concurrency: 2 } as const;
      const work = (value: string) => of(value.toUpperCase()).pipe(delay(1));
      const results$ = consumeQueue(byName ? queue.name : queue, work, options).pipe(toArray());
      assert.deepEqual((await lastValueFrom(results$)).sort(), ['A', 'B', 'C', 'D', 'E']);
    });
  }
});
