import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createDuplex, createReadStream, createWriteStream, json, text } from 'posix-mqueue';
import type { MessageQueue, QueueDuplex } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { until } from '../support/code.js';
import { texts } from '../support/messages.js';

const bad = (): undefined => undefined;

describe('a channel that is disposed of', () => {
  let requests: MessageQueue;
  let responses: MessageQueue;

  beforeEach(() => {
    requests = temporaryQueue({ maxMessages: 4 });
    responses = temporaryQueue({ maxMessages: 1 });
  });

  const open = (byName: boolean, signal?: AbortSignal): QueueDuplex<unknown, unknown> =>
    createDuplex({
      readable: byName ? requests.name : requests,
      writable: byName ? responses.name : responses,
      codec: json,
      readableHighWaterMark: 2,
      signal,
    });

  for (const byName of [true, false]) {
    it(`sends what was written, by name: ${byName}`, async () => {
      const channel = open(byName);
      for (const value of [1, 2, 3, 4]) channel.write(value);
      const disposed = channel[Symbol.asyncDispose]();
      assert.deepEqual(await texts(responses, 4), ['1', '2', '3', '4']);
      await disposed;
      assert.deepEqual([channel.closed, channel.writableFinished], [true, true]);
    });

    it(`hands back what is unread before all is sent, by name: ${byName}`, async () => {
      for (const data of ['1', '2', '3']) await requests.send(data);
      const channel = open(byName);
      channel.on('readable', () => undefined);
      await until(() => channel.readableLength === 2, 'two chunks in the buffer');
      for (const value of [1, 2]) channel.write(value);
      const disposed = channel[Symbol.asyncDispose]();
      assert.equal(channel.read(), null);
      await until(
        () => requests.currentMessages + requests.heldMessages === 3,
        'three messages held or in the queue',
      );
      assert.deepEqual((await texts(requests, 3)).sort(), ['1', '2', '3']);
      assert.equal(channel.closed, false);
      assert.deepEqual(await texts(responses, 2), ['1', '2']);
      await disposed;
    });
  }

  it('gives a flowing consumer nothing more', async () => {
    const channel = open(false);
    const received: unknown[] = [];
    let disposed: Promise<void> | undefined;
    channel.on('data', (value) => {
      received.push(value);
      disposed ??= channel[Symbol.asyncDispose]();
    });
    for (const data of ['1', '2', '3']) await requests.send(data);
    await until(() => disposed !== undefined, 'a disposal');
    await disposed;
    assert.deepEqual(received, [1]);
    assert.equal(requests.currentMessages + requests.heldMessages, 2);
  });

  it('has nothing to wait for when it has finished', async () => {
    const channel = open(true);
    channel.end();
    await once(channel, 'finish');
    await channel[Symbol.asyncDispose]();
    await channel[Symbol.asyncDispose]();
    assert.equal(channel.closed, true);
  });

  it('rejects with a failure of what is written', async () => {
    const channel = open(true);
    for (const value of [1, 2, bad]) channel.write(value);
    const disposed = assert.rejects(channel[Symbol.asyncDispose](), { code: 'ERR_MQ_ENCODE' });
    assert.deepEqual(await texts(responses, 2), ['1', '2']);
    await disposed;
  });

  it('gives no AbortError', async () => {
    // The first is sent at once only while the event loop is not due for its turn.
    await turn.opened();
    const controller = new AbortController();
    const channel = open(true, controller.signal);
    for (const value of [1, 2]) channel.write(value);
    const disposed = channel[Symbol.asyncDispose]();
    controller.abort();
    await disposed;
    assert.deepEqual(await texts(responses, 1), ['1']);
  });

  it('rejects with what a listener of undelivered throws', async () => {
    await requests.send('1');
    const channel = open(true);
    channel.on('readable', () => undefined);
    await until(() => channel.readableLength === 1, 'a chunk in the buffer');
    channel.on('undelivered', () => {
      throw new Error('thrown');
    });
    await assert.rejects(channel[Symbol.asyncDispose](), /thrown/);
  });
});

describe('the failure of a stream', () => {
  const failure = { code: 'ERR_MQ_ENCODE' };

  it('is the rejection of its disposal, during that and after it', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = createWriteStream(queue.name, { codec: json });
    stream.write(bad);
    await assert.rejects(stream[Symbol.asyncDispose](), failure);
    await assert.rejects(stream[Symbol.asyncDispose](), failure);
  });

  it('is that of a reader too, where no loop has thrown it', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('no JSON');
    const stream = createReadStream(queue.name, { codec: json });
    const failed = once(stream, 'error');
    stream.resume();
    await failed;
    await assert.rejects(stream[Symbol.asyncDispose](), { code: 'ERR_MQ_INVALID_MESSAGE' });
  });

  it('is thrown once by a loop that has the stream for its block', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('no JSON');
    const read = async (): Promise<void> => {
      await using stream = createReadStream(queue.name, { codec: json });
      for await (const _ of stream);
    };
    await assert.rejects(read, { name: 'InvalidMessageError' });
  });
});

describe('a codec that disposes of its channel', () => {
  it('leaves the message to others, and to nobody twice', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const received: string[] = [];
    let disposed: Promise<void> | undefined;
    const codec = {
      encode: (value: string) => text.encode(value),
      decode: (data: Buffer) => {
        if (String(data) === 'b') disposed = channel[Symbol.asyncDispose]();
        return String(data);
      },
    };
    const writable = temporaryQueue({ maxMessages: 1 });
    const channel = createDuplex({ readable: queue, writable, codec });
    channel.on('data', (value) => received.push(value));
    for (const data of ['a', 'b']) await queue.send(data);
    await until(() => disposed !== undefined, 'a disposal');
    await disposed;
    assert.deepEqual(received, ['a']);
    assert.deepEqual(await texts(queue, 1), ['b']);
  });
});
