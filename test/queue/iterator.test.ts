import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { nextTurn, until } from '../support/code.js';

describe('for await over a MessageQueue', () => {
  it('takes one message at a time', async () => {
    const queue = temporaryQueue();
    for (const data of ['a', 'b', 'c']) await queue.send(data);
    const received: string[] = [];
    for await (const message of queue) {
      received.push(message.text());
      await nextTurn();
      assert.equal(queue.currentMessages, 3 - received.length);
      if (received.length === 2) break;
    }
    assert.deepEqual(received, ['a', 'b']);
    assert.equal((await queue.receive()).text(), 'c');
  });

  it('ends when the queue is closed', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const received: string[] = [];
    for await (const message of queue) {
      received.push(message.text());
      void queue.close();
    }
    assert.deepEqual(received, ['a']);
  });

  it('can be left while it waits, and loses nothing', async () => {
    const queue = temporaryQueue();
    const sender = MessageQueue.open(queue.name, { access: 'write' });
    const iterator = queue[Symbol.asyncIterator]();
    const steps = [iterator.next(), iterator.next()];
    await until(() => queue.waiting !== null, 'a wait');
    await sender.send('late');
    const end = await iterator.return?.();
    assert.deepEqual(end, { done: true, value: undefined });
    for (const step of steps) assert.deepEqual(await step, { done: true, value: undefined });
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
    assert.equal((await queue.receive()).text(), 'late');
    await sender.close();
  });

  it('shares the messages with other loops, each once', async () => {
    const queue = temporaryQueue();
    const received: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const message of queue) received.push(message.text());
    };
    const loops = [loop(), loop(), loop()];
    for (let number = 0; number < 100; number += 1) await queue.send(String(number));
    await until(() => received.length === 100, '100 messages received');
    await queue.close();
    await Promise.all(loops);
    assert.deepEqual(
      received,
      Array.from({ length: 100 }, (_, index) => String(index)),
    );
  });

  it('rejects the step when the queue cannot be read', async () => {
    const queue = temporaryQueue({ access: 'write' });
    await assert.rejects(queue[Symbol.asyncIterator]().next(), { code: 'EBADF' });
  });

  it('lets the event loop turn while the queue never empties', async () => {
    const queue = temporaryQueue();
    let turns = 0;
    let running = true;
    const count = (): void => {
      turns += 1;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    for (let number = 0; number < 3000; number += 1) {
      await queue.send('x');
      await queue.receive();
    }
    running = false;
    assert.ok(turns >= 10, `the loop turned ${turns} times`);
  });
});
