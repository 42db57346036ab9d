import assert from 'node:assert/strict';
import { on, once } from 'node:events';
import { MessageQueue, MessageQueueError, type Message } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';

describe('MessageQueue as an EventEmitter', () => {
  it('emits each message to all listeners', async () => {
    const queue = temporaryQueue();
    const first: string[] = [];
    const second: Message[] = [];
    queue.on('message', (message) => first.push(message.text()));
    queue.on('message', (message) => second.push(message));
    for (const data of ['a', 'b', 'c']) await queue.send(data, { priority: 4 });
    await until(() => second.length === 3, 'three messages received');
    assert.deepEqual(first, ['a', 'b', 'c']);
    assert.deepEqual(
      second.map((each) => each.priority),
      [4, 4, 4],
    );
  });

  it('takes one message for once', async () => {
    const queue = temporaryQueue();
    for (const data of ['a', 'b']) await queue.send(data);
    const [message] = (await once(queue, 'message')) as [Message];
    assert.equal(message.text(), 'a');
    await nextTurn();
    assert.equal(queue.currentMessages + queue.heldMessages, 1);
    assert.equal((await queue.receive()).text(), 'b');
  });

  it('takes nothing without listeners', async () => {
    const queue = temporaryQueue();
    const listener = (): never => assert.fail('the listener was removed');
    queue.on('message', listener);
    queue.off('message', listener);
    queue.addListener('message', listener).removeAllListeners('message');
    queue.prependListener('message', listener).removeListener('message', listener);
    await queue.send('x');
    await nextTurn();
    assert.equal(queue.currentMessages, 1);
    assert.equal(queue.waiting, null);
  });

  it('shows no listeners of its own', () => {
    const queue = temporaryQueue();
    queue.on('message', () => undefined);
    assert.deepEqual(queue.eventNames(), ['message']);
    assert.equal(queue.listenerCount('message'), 1);
  });

  it('is one consumer in the line, that rejoins at its end', async () => {
    const queue = temporaryQueue({ maxMessages: 4 });
    const listened: string[] = [];
    const received: string[] = [];
    queue.on('message', (message) => listened.push(message.text()));
    const receives = [queue.receive(), queue.receive()].map(async (each) => {
      received.push((await each).text());
    });
    for (const data of ['1', '2', '3', '4']) await queue.send(data);
    await Promise.all(receives);
    await until(() => listened.length === 2, 'two messages received');
    assert.deepEqual(
      [listened, received],
      [
        ['1', '4'],
        ['2', '3'],
      ],
    );
  });

  it('pauses and resumes', async () => {
    const queue = temporaryQueue();
    const received: string[] = [];
    queue.on('message', (message) => {
      received.push(message.text());
      queue.pause();
    });
    for (const data of ['a', 'b']) await queue.send(data);
    await until(() => received.length === 1, 'a message received');
    assert.equal(queue.isPaused(), true);
    await nextTurn();
    assert.deepEqual(received, ['a']);
    queue.resume();
    await until(() => received.length === 2, 'two messages received');
    assert.deepEqual(received, ['a', 'b']);
  });

  it('lets events.on drive it by its water marks', async () => {
    const queue = temporaryQueue({ maxMessages: 10, maxMessageSize: 8 });
    for (let number = 0; number < 8; number += 1) await queue.send(String(number));
    const messages = on(queue, 'message', { highWaterMark: 2, lowWaterMark: 1 } as object);
    await until(() => queue.isPaused(), 'a paused queue');
    assert.ok(queue.currentMessages >= 4, 'the rest waits in the kernel');
    const received: string[] = [];
    for await (const [message] of messages as AsyncIterable<[Message]>) {
      received.push(message.text());
      if (received.length === 8) break;
    }
    assert.equal(received.join(''), '01234567');
  });

  describe('with a highWaterMark', () => {
    it('takes so many at once, and emits them one by one', async () => {
      const queue = temporaryQueue({ maxMessages: 4, highWaterMark: 2 });
      for (const data of ['a', 'b', 'c']) await queue.send(data);
      const seen: [string, number][] = [];
      queue.on('message', (message) => seen.push([message.text(), queue.currentMessages]));
      await until(() => seen.length === 3, 'three messages received');
      assert.deepEqual(seen, [
        ['a', 1],
        ['b', 1],
        ['c', 0],
      ]);
    });

    it('leaves the rest to the next consumer when nobody listens any more', async () => {
      const queue = temporaryQueue({ maxMessages: 4, highWaterMark: 4 });
      for (const data of ['a', 'b', 'c']) await queue.send(data);
      const [message] = (await once(queue, 'message')) as [Message];
      assert.deepEqual([message.text(), queue.currentMessages, queue.heldMessages], ['a', 0, 2]);
      assert.equal(queue.tryReceive()?.text(), 'b');
      const rest = await queue.close();
      assert.deepEqual(
        rest.map((each) => each.text()),
        ['c'],
      );
    });

    it('leaves the rest while paused within a listener', async () => {
      const queue = temporaryQueue({ maxMessages: 4, highWaterMark: 4 });
      for (const data of ['a', 'b', 'c']) await queue.send(data);
      const seen: string[] = [];
      queue.on('message', (message) => {
        seen.push(message.text());
        queue.pause();
      });
      await until(() => seen.length === 1, 'a first message');
      await nextTurn();
      assert.deepEqual(seen, ['a']);
      queue.resume();
      await until(() => seen.length === 2, 'a second message');
      assert.deepEqual([...seen, queue.tryReceive()?.text()], ['a', 'b', 'c']);
    });

    it('refuses one that is no whole number', () => {
      for (const highWaterMark of [-1, 0.5, Number.NaN]) {
        assert.throws(() => MessageQueue.open('/none', { highWaterMark }), RangeError);
      }
    });
  });

  it('goes on with the next message after a listener that throws', async () => {
    const queue = temporaryQueue();
    const received: string[] = [];
    const uncaught: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error));
    try {
      queue.on('message', (message) => {
        received.push(message.text());
        if (message.text() === 'a') throw new Error('in a listener');
      });
      await queue.send('a');
      await queue.send('b');
      await until(() => received.length === 2, 'two messages received');
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const other of others) process.on('uncaughtException', other);
    }
    assert.deepEqual(received, ['a', 'b']);
    assert.deepEqual(
      uncaught.map((each) => (each as Error).message),
      ['in a listener'],
    );
  });

  it('emits an error and pauses when it cannot receive', async () => {
    const queue = temporaryQueue({ access: 'write' });
    queue.on('message', () => undefined);
    const [error] = (await once(queue, 'error')) as [Error];
    errorLike(MessageQueueError, { code: 'EBADF', syscall: 'mq_timedreceive' })(error);
    assert.equal(queue.isPaused(), true);
  });

  it('emits close once, and no message after it', async () => {
    const queue = temporaryQueue();
    const sender = MessageQueue.open(queue.name, { access: 'write' });
    let closed = 0;
    queue.on('message', () => assert.fail('closed'));
    queue.on('close', () => (closed += 1));
    const closing = queue.close();
    sender.trySend('x');
    await Promise.all([closing, queue.close()]);
    await nextTurn();
    assert.equal(closed, 1);
    assert.equal(sender.currentMessages, 1);
    await sender.close();
  });
});
