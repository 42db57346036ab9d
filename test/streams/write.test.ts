import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createDuplex,
  createWriteStream,
  json,
  Message,
  MessageQueue,
  MessageQueueError,
  text,
} from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { errorLike, nextTurn, until } from '../support/code.js';
import { texts } from '../support/messages.js';

describe('createWriteStream', () => {
  // A value is sent at once only while the event loop is not due for its turn.
  beforeEach(async () => {
    await nextTurn();
    await turn.opened();
  });

  it('sends each chunk as one message, in order, over a queue that is full again and again', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const numbers = Array.from({ length: 50 }, (_, index) => String(index));
    const writing = pipeline(
      Readable.from(numbers),
      createWriteStream(queue.name, { codec: text }),
    );
    assert.deepEqual(await texts(queue, 50), numbers);
    await writing;
  });

  it('finishes when the kernel has it all', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = createWriteStream(queue.name);
    let finished = false;
    stream.on('finish', () => (finished = true));
    stream.write('a');
    stream.end('b');
    await until(() => queue.currentMessages === 1, 'a message in the queue');
    await nextTurn();
    assert.equal(finished, false);
    assert.deepEqual(await texts(queue, 1), ['a']);
    await once(stream, 'close');
    assert.equal(finished, true);
    assert.deepEqual(await texts(queue, 1), ['b']);
  });

  it('gives each message its priority', async () => {
    const queue = temporaryQueue({ maxMessages: 6 });
    const fixed = queue.createWriteStream({ codec: text, priority: 5 });
    fixed.write('fixed');
    fixed.end(new Message(Buffer.from('message'), 9));
    await once(fixed, 'finish');
    const byValue = queue.createWriteStream({ codec: text, priority: (value) => value.length });
    byValue.end('1234567');
    const pairs = queue.createWriteStream({ codec: json, withPriority: true });
    pairs.end({ value: 'pair', priority: 3 });
    await Promise.all([once(byValue, 'finish'), once(pairs, 'finish')]);
    const received = await queue.receiveMany(6);
    assert.deepEqual(
      received.map((each) => [each.text(), each.priority]),
      [
        ['message', 9],
        ['1234567', 7],
        ['fixed', 5],
        ['"pair"', 3],
      ],
    );
  });

  it('applies back pressure', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = queue.createWriteStream({ highWaterMark: 2 });
    let drains = 0;
    stream.on('drain', () => (drains += 1));
    assert.equal(stream.write('a'), true);
    assert.equal(stream.write('b'), false);
    await nextTurn();
    assert.equal(drains, 0, 'the queue is full and has one of them only');
    const drained = once(stream, 'drain');
    assert.deepEqual(await texts(queue, 2), ['a', 'b']);
    await drained;
  });

  it('sends the first of a burst at once, and the others as one batch', async () => {
    const queue = temporaryQueue({ maxMessages: 4 });
    const batches: string[] = [];
    const codec = {
      encode: (value: string) => {
        batches.push(`${value}${queue.currentMessages}`);
        return text.encode(value);
      },
      decode: (data: Buffer) => text.decode(data),
    };
    const stream = queue.createWriteStream({ codec });
    for (const each of ['a', 'b', 'c', 'd']) stream.write(each);
    assert.equal(queue.currentMessages, 1);
    stream.end();
    await once(stream, 'finish');
    // How many were there when each was encoded.
    assert.deepEqual(batches, ['a0', 'b1', 'c1', 'd1']);
    assert.deepEqual(await texts(queue, 4), ['a', 'b', 'c', 'd']);
  });

  it('fails on a queue that is full and was opened for reading', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('full');
    const reader = MessageQueue.open(queue.name, { access: 'read', wait: 'loop' });
    const stream = reader.createWriteStream();
    const failed = once(stream, 'error');
    stream.write('x');
    assert.equal(((await failed)[0] as MessageQueueError).code, 'EBADF');
    await reader.close();
  });

  for (const corked of [true, false]) {
    it(`sends what precedes a value that is too large, then fails, corked: ${corked}`, async () => {
      const queue = temporaryQueue({ maxMessageSize: 4 });
      const stream = queue.createWriteStream({ codec: text });
      const failed = once(stream, 'error');
      if (corked) stream.cork();
      for (const data of ['a', 'b', 'too long', 'c']) stream.write(data);
      if (corked) stream.uncork();
      const [error] = (await failed) as [MessageQueueError];
      // Not corked, the first had gone before the others were a batch.
      const sent = corked ? 2 : 1;
      errorLike(MessageQueueError, { code: 'EMSGSIZE', sent, queue: queue.name })(error);
      assert.deepEqual(await texts(queue, 2), ['a', 'b']);
      assert.equal(queue.tryReceive(), null);
    });
  }

  it('waits for room for what precedes a bad value before it fails', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = queue.createWriteStream({ codec: json });
    const failed = once(stream, 'error');
    for (const value of [1, 2, 3, () => undefined, 4]) stream.write(value);
    assert.deepEqual(await texts(queue, 3), ['1', '2', '3']);
    const [error] = (await failed) as [MessageQueueError];
    errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE', sent: 2 })(error);
    assert.equal(queue.tryReceive(), null);
  });

  it('sends what precedes a bad value of a pipeline', async () => {
    const queue = temporaryQueue({ maxMessages: 2, maxMessageSize: 4 });
    const target = createWriteStream(queue.name, { codec: text });
    const writing = pipeline(Readable.from(['a', 'b', 'c', 'too long']), target);
    const failed = assert.rejects(writing, { code: 'EMSGSIZE' });
    assert.deepEqual(await texts(queue, 3), ['a', 'b', 'c']);
    await failed;
    assert.equal(queue.tryReceive(), null);
  });

  it('sends what precedes a bad value of a channel', async () => {
    const requests = temporaryQueue();
    const responses = temporaryQueue({ maxMessages: 2 });
    const channel = createDuplex({ readable: requests, writable: responses, codec: json });
    const failed = once(channel, 'error');
    for (const value of [1, 2, () => undefined]) channel.write(value);
    const [error] = (await failed) as [MessageQueueError];
    errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE', sent: 1 })(error);
    assert.deepEqual(await texts(responses, 2), ['1', '2']);
  });

  it('says how many of a batch had gone', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const stream = queue.createWriteStream({ codec: text });
    const failed = once(stream, 'error');
    stream.cork();
    for (const data of ['a', 'b', 'c', 'd']) stream.write(data);
    stream.uncork();
    await until(() => queue.currentMessages === 2, 'two messages in the queue');
    await queue.close();
    const [error] = (await failed) as [MessageQueueError];
    errorLike(MessageQueueError, { code: 'ERR_MQ_CLOSED', sent: 2 })(error);
  });

  it('fails with the error of the codec', async () => {
    const queue = temporaryQueue();
    const stream = queue.createWriteStream({ codec: json });
    const failed = once(stream, 'error');
    stream.write(() => undefined);
    const [error] = (await failed) as [MessageQueueError];
    errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE', sent: 0 }, /function/)(error);
    assert.ok(error.cause instanceof TypeError);
  });

  it('can be destroyed while it waits for room', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = createWriteStream(queue.name);
    stream.write('a');
    stream.write('b');
    await until(() => queue.currentMessages === 1, 'a message in the queue');
    stream.destroy();
    await once(stream, 'close');
    assert.deepEqual(await texts(queue, 1), ['a']);
    assert.equal(queue.tryReceive(), null);
  });

  it('sends everything when it is disposed', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = createWriteStream(queue.name);
    for (const data of ['a', 'b', 'c']) stream.write(data);
    const disposed = stream[Symbol.asyncDispose]();
    assert.deepEqual(await texts(queue, 3), ['a', 'b', 'c']);
    await disposed;
    assert.equal(stream.closed, true);
  });

  it('leaves a queue object open', async () => {
    const queue = temporaryQueue();
    const stream = queue.createWriteStream();
    stream.end('a');
    await once(stream, 'close');
    assert.equal(queue.closed, false);
    assert.deepEqual(await texts(queue, 1), ['a']);
  });

  it('fails with ENOENT where there is no queue', () => {
    assert.throws(() => createWriteStream('/mq-test-missing'), { code: 'ENOENT' });
  });
});
