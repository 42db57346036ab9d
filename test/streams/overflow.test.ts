import assert from 'node:assert/strict';
import { once } from 'node:events';
import { from, lastValueFrom, Subject, toArray } from 'rxjs';
import { createDuplex, createWriteStream, json, MessageQueue, text } from 'posix-mqueue';
import { toQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { nextTurn } from '../support/code.js';
import { takeAll } from '../support/messages.js';

/** Has the event loop due for its turn, in which nothing is sent at once. */
function useUpTheTurn(): void {
  turn.spend(100_000);
  assert.equal(turn.open, false);
}

describe("a writer with overflow: 'drop'", () => {
  // A value is sent at once only while the event loop is not due for its turn.
  beforeEach(async () => {
    await nextTurn();
    await turn.opened();
  });

  it('drops what finds the queue full, counts it, and tells it once for each batch', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const stream = createWriteStream(queue.name, { codec: text, overflow: 'drop' });
    const told: number[] = [];
    stream.on('drop', (count) => told.push(count));
    stream.cork();
    for (const value of ['a', 'b', 'c', 'd', 'e']) stream.write(value);
    stream.uncork();
    await once(stream, 'drop');
    assert.deepEqual([told, stream.dropped], [[3], 3]);
    assert.deepEqual(takeAll(queue), ['a', 'b']);
    stream.write('f');
    stream.end();
    await once(stream, 'finish');
    assert.deepEqual([told, stream.dropped], [[3], 3]);
    assert.deepEqual(takeAll(queue), ['f']);
  });

  it('drops nothing because the event loop is due for its turn', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const stream = queue.createWriteStream({ codec: text, overflow: 'drop' });
    useUpTheTurn();
    stream.write('a');
    stream.end('b');
    await once(stream, 'finish');
    assert.equal(stream.dropped, 0);
    assert.deepEqual(takeAll(queue), ['a', 'b']);
  });

  it('sends nothing after its end by destroy', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const stream = queue.createWriteStream({ codec: text, overflow: 'drop' });
    useUpTheTurn();
    stream.write('a');
    stream.destroy();
    await once(stream, 'close');
    await turn.opened();
    assert.deepEqual(takeAll(queue), []);
  });

  it('does not push ahead of those who wait', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const sends = ['a', 'b'].map((each) => queue.send(each));
    const stream = queue.createWriteStream({ codec: text, overflow: 'drop' });
    stream.end('c');
    await once(stream, 'finish');
    assert.equal(stream.dropped, 1);
    assert.equal((await queue.receive()).text(), 'a');
    assert.equal((await queue.receive()).text(), 'b');
    await Promise.all(sends);
  });

  it('fails for what can never be sent', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = queue.createWriteStream({ codec: json, overflow: 'drop' });
    const failed = once(stream, 'error');
    stream.cork();
    for (const value of [1, 2, () => undefined]) stream.write(value);
    stream.uncork();
    const [error] = (await failed) as [{ code: string; sent: number }];
    assert.deepEqual([error.code, error.sent, stream.dropped], ['ERR_MQ_ENCODE', 1, 1]);
    const reader = MessageQueue.open(queue.name, { access: 'read' });
    const refused = reader.createWriteStream({ overflow: 'drop' });
    const refusal = once(refused, 'error');
    refused.write('x');
    assert.equal(((await refusal)[0] as { code: string }).code, 'EBADF');
    await reader.close();
  });

  it('is a channel too', async () => {
    const writable = temporaryQueue({ maxMessages: 1 });
    const channel = createDuplex({ readable: temporaryQueue(), writable, overflow: 'drop' });
    for (const value of ['a', 'b', 'c']) channel.write(value);
    await once(channel, 'drop');
    assert.equal(channel.dropped, 2);
    await channel[Symbol.asyncDispose]();
    assert.deepEqual(takeAll(writable), ['a']);
  });

  it('is told apart from a misspelled one', () => {
    const overflow = 'dorp' as 'drop';
    const queue = temporaryQueue({ maxMessages: 1 });
    assert.throws(() => queue.createWriteStream({ overflow }), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => toQueue(queue, { overflow }), { code: 'ERR_INVALID_ARG_VALUE' });
  });
});

describe("toQueue with overflow: 'drop'", () => {
  // A value is sent at once only while the event loop is not due for its turn.
  beforeEach(async () => {
    await nextTurn();
    await turn.opened();
  });

  it('emits what was sent, and tells of what was dropped', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const dropped: unknown[] = [];
    const onDrop = (value: unknown, count: number): number => dropped.push([value, count]);
    const sent = from(['a', 'b', 'c', 'd']).pipe(
      toQueue(queue, { codec: text, overflow: 'drop', onDrop }),
      toArray(),
    );
    assert.deepEqual(await lastValueFrom(sent), ['a', 'b']);
    assert.deepEqual(dropped, [
      ['c', 1],
      ['d', 2],
    ]);
    assert.deepEqual(takeAll(queue), ['a', 'b']);
  });

  it('lets as many wait as maxBuffered says', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const source$ = new Subject<string>();
    const options = { codec: text, overflow: 'drop', maxBuffered: 2 } as const;
    const sending = lastValueFrom(source$.pipe(toQueue(queue, options), toArray()));
    for (const value of ['a', 'b', 'c', 'd']) source$.next(value);
    source$.complete();
    for (const value of ['a', 'b', 'c']) assert.equal((await queue.receive()).text(), value);
    assert.deepEqual(await sending, ['a', 'b', 'c']);
    assert.deepEqual(takeAll(queue), []);
  });

  it('drops nothing because the event loop is due for its turn', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    useUpTheTurn();
    const options = { codec: text, overflow: 'drop' } as const;
    const sent = await lastValueFrom(from(['a', 'b']).pipe(toQueue(queue, options), toArray()));
    assert.deepEqual(sent, ['a', 'b']);
  });

  it('fails with what onDrop throws', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const onDrop = (): never => {
      throw new Error('thrown');
    };
    const sending = from(['a', 'b']).pipe(toQueue(queue, { overflow: 'drop', onDrop }));
    await assert.rejects(lastValueFrom(sending), /thrown/);
  });
});
