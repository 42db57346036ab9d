import assert from 'node:assert/strict';
import { MessageQueue, text } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { descriptorsOf, nextTurn, until } from '../support/code.js';
import { collectUncaught } from '../support/uncaught.js';

const CLOSED = { code: 'ERR_MQ_CLOSED' };

function thrower(text: string): () => never {
  return () => {
    throw new Error(text);
  };
}

// A program may go on after an uncaught exception: then nobody else may be left waiting.
describe('user code that throws', () => {
  it('a write callback, at close(): the other senders are settled', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('full');
    await collectUncaught(async (errors) => {
      const sending = assert.rejects(queue.send('waits'), CLOSED);
      const writer = queue.createWriteStream();
      writer.on('error', () => undefined);
      writer.write('waits too', thrower('write callback'));
      await nextTurn();
      assert.deepEqual(await queue.close(), []);
      await sending;
      await until(() => errors.length > 0, 'an uncaught error');
      assert.deepEqual(errors.map(String), ['Error: write callback']);
    });
  });

  it("a 'readable' listener, at close(): receives are settled, and the queue is closed", async () => {
    const queue = temporaryQueue();
    await collectUncaught(async (errors) => {
      const stream = queue.createReadStream();
      stream.on('readable', () => {
        while (stream.read() !== null);
        if (queue.closed) throw new Error('readable');
      });
      const receiving = assert.rejects(queue.receive(), CLOSED);
      await nextTurn();
      assert.deepEqual(await queue.close(), []);
      await receiving;
      await until(() => errors.length > 0, 'an uncaught error');
      assert.deepEqual(errors.map(String), ['Error: readable']);
      stream.destroy();
      await until(() => descriptorsOf(queue.name) === 0, 'closed descriptors');
    });
  });

  it('an observer, at close(): receives are settled, and the queue is closed', async () => {
    const queue = temporaryQueue();
    await collectUncaught(async (errors) => {
      queue['@@observable']().subscribe({ complete: thrower('complete') });
      const receiving = assert.rejects(queue.receive(), CLOSED);
      await nextTurn();
      assert.deepEqual(await queue.close(), []);
      await receiving;
      await until(() => errors.length > 0, 'an uncaught error');
      assert.deepEqual(errors.map(String), ['Error: complete']);
      assert.equal(descriptorsOf(queue.name), 0);
    });
  });

  it('a slow listener, after its turn is over: other queues go on', async () => {
    const [first, second] = [temporaryQueue(), temporaryQueue()];
    for (const data of ['1', '2', '3']) {
      await first.send(data);
      await second.send(data);
    }
    await collectUncaught(async (errors) => {
      let count = 0;
      first.on('message', () => {
        const end = performance.now() + 8;
        while (performance.now() < end);
        count += 1;
        if (count === 2) throw new Error('listener');
      });
      const received: string[] = [];
      second.on('message', (message) => received.push(message.text()));
      await until(() => received.length === 3 && count === 3, 'three messages received');
      assert.deepEqual(errors.map(String), ['Error: listener']);
    });
  });

  for (const wait of ['worker', 'loop'] as const) {
    it(`a 'drain' listener: those who wait behind it are served (${wait})`, async () => {
      const queue = temporaryQueue({ maxMessages: 1, wait });
      const reader = MessageQueue.open(queue.name, { access: 'read', wait: 'loop' });
      await queue.send('0');
      await collectUncaught(async (errors) => {
        const writer = queue.createWriteStream({ codec: text, highWaterMark: 1 });
        writer.on('drain', thrower('drain'));
        writer.write('1');
        const sending = queue.send('2');
        for (const expected of ['0', '1', '2']) {
          assert.equal((await reader.receive()).text(), expected);
        }
        await sending;
        assert.deepEqual(errors.map(String), ['Error: drain']);
      });
      await reader.close();
    });
  }
});
