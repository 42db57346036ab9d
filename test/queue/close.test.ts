import assert from 'node:assert/strict';
import { MessageQueue, MessageQueueError, type WaitMode } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';

const isClosed = errorLike(MessageQueueError, { code: 'ERR_MQ_CLOSED', errno: -9 }, /is closed/);

describe('MessageQueue.close', () => {
  for (const wait of ['auto', 'worker', 'loop'] satisfies WaitMode[]) {
    it(`settles everything that waits (${wait})`, async () => {
      const queue = temporaryQueue({ wait, maxMessages: 1 });
      const receiving = assert.rejects(queue.receive(), isClosed);
      const many = assert.rejects(queue.receiveMany(4), isClosed);
      const step = queue[Symbol.asyncIterator]().next();
      await until(
        () => queue.waiting === (wait === 'auto' ? 'worker' : wait),
        'a wait in the given way',
      );
      assert.deepEqual(await queue.close(), []);
      await Promise.all([receiving, many]);
      assert.deepEqual(await step, { done: true, value: undefined });
    });

    it(`rejects the sends that wait (${wait})`, async () => {
      const queue = temporaryQueue({ wait, maxMessages: 1 });
      await queue.send('a');
      const sends = ['b', 'c'].map((data) => assert.rejects(queue.send(data), isClosed));
      await nextTurn();
      await queue.close();
      await Promise.all(sends);
    });
  }

  it('is idempotent, and gives what was undelivered once', async () => {
    const queue = temporaryQueue();
    await hold(queue, ['a', 'b']);
    const [first, second] = await Promise.all([queue.close(), queue.close()]);
    assert.deepEqual(
      first.map((each) => each.text()),
      ['a', 'b'],
    );
    assert.deepEqual(second, []);
    assert.deepEqual(await queue.close(), []);
    assert.equal(queue.closed, true);
  });

  it('gives messages that can be sent again as they are', async () => {
    const queue = temporaryQueue();
    await hold(queue, ['a', 'b'], 9);
    const other = MessageQueue.open(queue.name);
    for (const message of await queue.close()) await other.send(message);
    const received = await other.receiveMany(4);
    assert.deepEqual(
      received.map((each) => [each.text(), each.priority]),
      [
        ['a', 9],
        ['b', 9],
      ],
    );
    await other.close();
  });

  it('makes every method fail with ERR_MQ_CLOSED, promises by rejection', async () => {
    const queue = temporaryQueue();
    await queue.close();
    await assert.rejects(queue.receive(), isClosed);
    await assert.rejects(queue.receiveMany(2), isClosed);
    await assert.rejects(queue.send('x'), isClosed);
    assert.throws(() => queue.trySend('x'), isClosed);
    assert.throws(() => queue.tryReceive(), isClosed);
    assert.throws(() => queue.currentMessages, isClosed);
    for await (const _ of queue) assert.fail('closed');
    queue.on('message', () => assert.fail('closed'));
    queue.ref().unref();
    assert.equal(queue.heldMessages, 0);
  });

  it('puts what was undelivered back when disposed', async () => {
    const queue = MessageQueue.open(temporaryQueue().name);
    await hold(queue, ['a', 'b'], 3);
    await queue[Symbol.asyncDispose]();
    await queue[Symbol.asyncDispose]();
    const other = MessageQueue.open(queue.name);
    const received = await other.receiveMany(4);
    assert.deepEqual(
      received.map((each) => [each.text(), each.priority]),
      [
        ['a', 3],
        ['b', 3],
      ],
    );
    await other.close();
  });

  it('puts it back through a descriptor that cannot write, even after unlink', async () => {
    const creator = temporaryQueue();
    const reader = MessageQueue.open(creator.name, { access: 'read' });
    for (const data of ['a', 'b']) await creator.send(data);
    const stream = reader.createReadStream({ highWaterMark: 2 });
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 2, 'two chunks in the buffer');
    MessageQueue.unlink(creator.name);
    stream.destroy();
    await reader[Symbol.asyncDispose]();
    assert.equal(creator.currentMessages, 2);
  });

  it('warns with queue and count of what finds no room any more', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    await hold(queue, ['a', 'b']);
    await queue.send('c');
    const warned = new Promise<Error & { code?: string }>((resolve) => {
      process.once('warning', resolve);
    });
    await queue[Symbol.asyncDispose]();
    const warning = await warned;
    assert.equal(warning.code, 'MQ_UNDELIVERED');
    assert.match(warning.message, new RegExp(`^1 message of queue '${queue.name}'`));
  });

  it('frees the descriptor', async () => {
    const { readdirSync } = await import('node:fs');
    const count = (): number => readdirSync('/proc/self/fd').length;
    const before = count();
    const queue = temporaryQueue();
    const receiving = assert.rejects(queue.receive(), isClosed);
    assert.equal(count(), before + 1);
    await queue.close();
    await receiving;
    assert.equal(count(), before);
  });
});

/** Makes the queue hold these messages: a stream had read them ahead. */
async function hold(queue: MessageQueue, data: string[], priority = 0): Promise<void> {
  for (const each of data) await queue.send(each, { priority });
  const stream = queue.createReadStream({ highWaterMark: data.length });
  stream.on('readable', () => undefined);
  await until(() => stream.readableLength === data.length, 'all chunks in the buffer');
  await stream[Symbol.asyncDispose]();
  assert.equal(queue.heldMessages, data.length);
}
