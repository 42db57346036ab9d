import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, type Message, MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { buffer, detachingCodec, transfer } from '../support/transfer.js';
import { until } from '../support/code.js';

// Of Node's own pool are pieces of memory below 4096 bytes: two of these are not, and one of those has
// its memory for itself.
const SIZE = 2500;
const OWN_MEMORY = 6000;

async function sendSizes(queue: MessageQueue, ...sizes: number[]): Promise<void> {
  for (const [index, size] of sizes.entries()) await queue.send(Buffer.alloc(size, index + 1));
}

/** The next warning of that code. */
async function warning(code: string): Promise<Error> {
  for (;;) {
    const [error] = (await once(process, 'warning')) as [Error & { code?: string }];
    if (error.code === code) return error;
  }
}

describe('a message that is transferred to another thread', () => {
  for (const count of [2, 3, 5]) {
    it(`leaves those that came with it as they were, of ${count} in one batch`, async () => {
      const queue = temporaryQueue({ maxMessages: count, maxMessageSize: SIZE });
      await sendSizes(queue, ...Array.from({ length: count }, () => SIZE));
      const messages = await queue.receiveMany(count);
      assert.equal(messages.length, count);
      transfer((messages[0] as Message).data);
      for (const [index, { data }] of messages.entries()) {
        if (index > 0) assert.ok(data.equals(Buffer.alloc(SIZE, index + 1)), `message ${index}`);
      }
    });
  }

  it('leaves those in the buffer of a stream as they were', async () => {
    const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: SIZE });
    await sendSizes(queue, SIZE, SIZE, SIZE);
    const stream = queue.createReadStream({ highWaterMark: 3 });
    await once(stream, 'readable');
    await until(() => stream.readableLength === 3, 'three chunks in the buffer');
    transfer(stream.read() as Buffer);
    stream.destroy();
    await once(stream, 'close');
    const rest = await queue.receiveMany(2);
    assert.deepEqual(
      rest.map(({ data }) => [data.length, data[0]]),
      [
        [SIZE, 2],
        [SIZE, 3],
      ],
    );
  });

  it('is moved where its memory is its own', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: OWN_MEMORY });
    await sendSizes(queue, OWN_MEMORY);
    const { data } = await queue.receive();
    transfer(data);
    assert.equal(data.length, 0);
  });
});

describe('putting back where a message has lost its bytes', () => {
  const options = { maxMessages: 3, maxMessageSize: OWN_MEMORY };

  it('keeps the others of a stream by name, and counts it as lost', async () => {
    const queue = temporaryQueue(options);
    const codec = detachingCodec(OWN_MEMORY);
    const stream = createReadStream(queue.name, { highWaterMark: 3, codec });
    await buffer(stream, queue, [OWN_MEMORY, 10, 20]);
    const warned = warning('MQ_UNDELIVERED');
    stream.destroy();
    await once(stream, 'close');
    assert.match((await warned).message, /^1 message of queue/);
    const rest = await queue.receiveMany(3);
    assert.deepEqual(
      rest.map(({ data }) => data.length),
      [10, 20],
    );
  });

  it('keeps the others when the queue is disposed of', async () => {
    const queue = temporaryQueue(options);
    const other = MessageQueue.open(queue.name);
    const codec = detachingCodec(OWN_MEMORY);
    const stream = other.createReadStream({ highWaterMark: 3, codec });
    await buffer(stream, queue, [10, OWN_MEMORY, 20]);
    stream.destroy();
    await once(stream, 'close');
    assert.equal(other.heldMessages, 3);
    const warned = warning('MQ_UNDELIVERED');
    await other[Symbol.asyncDispose]();
    assert.match((await warned).message, /^1 message of queue/);
    assert.equal(queue.currentMessages, 2);
  });

  it('keeps the others at the end of the process', async () => {
    const queue = temporaryQueue(options);
    const { code, stderr } = await runFixture('ends-detached', [queue.name]).end;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /MQ_UNDELIVERED.*1 message of/);
    assert.equal(queue.currentMessages, 2);
  });
});
