import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { nextTurn, until } from '../../support/code.js';

describe('messages that come back', () => {
  it('go out in the order in which the kernel had them, whichever came back first', async () => {
    const queue = temporaryQueue();
    for (const data of ['a', 'b', 'c', 'd']) queue.trySend(data);
    const streams = [];
    for (let index = 0; index < 2; index += 1) {
      const stream = queue.createReadStream({ highWaterMark: 2 });
      stream.read(0);
      await until(() => stream.readableLength === 2, 'two chunks in the buffer');
      streams.push(stream);
    }
    for (const stream of streams.reverse()) {
      stream.destroy();
      await once(stream, 'close');
    }
    assert.equal(queue.heldMessages, 4);
    const messages = await queue.receiveMany(4);
    assert.deepEqual(
      messages.map((message) => message.text()),
      ['a', 'b', 'c', 'd'],
    );
  });

  it('make way for one of a higher priority that a cancelled wait brings', async () => {
    const queue = temporaryQueue({ wait: 'worker' });
    const sender = MessageQueue.open(queue.name, { access: 'write' });
    // Which of them the cancelled wait meets is a race: until it was the one that had the message.
    for (let both = false; !both;) {
      queue.trySend('low', { priority: 1 });
      const stream = queue.createReadStream({ highWaterMark: 1 });
      stream.read(0);
      await until(() => stream.readableLength === 1, 'a chunk in the buffer');
      const controller = new AbortController();
      const receiving = queue.receive({ signal: controller.signal }).catch(() => null);
      await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
      await nextTurn();
      sender.trySend('high', { priority: 2 });
      controller.abort();
      stream.destroy();
      const first = queue.tryReceive();
      both = queue.heldMessages === 1;
      const second = queue.tryReceive();
      const order = [first?.text(), second?.text()];
      assert.deepEqual(order, both ? ['high', 'low'] : ['low', 'high']);
      assert.equal(await receiving, null);
      await once(stream, 'close');
    }
    await sender.close();
  });
});
