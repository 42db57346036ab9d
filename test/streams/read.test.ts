import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createReadStream,
  InvalidMessageError,
  json,
  MessageQueue,
  text,
  type Message,
} from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';
import { fill, rest } from '../support/messages.js';

describe('createReadStream', () => {
  it('gives Buffers, decoded values, and priorities where asked for', async () => {
    const queue = temporaryQueue();
    await queue.send('"a"', { priority: 3 });
    for await (const buffer of queue.createReadStream()) {
      assert.deepEqual(buffer, Buffer.from('"a"'));
      break;
    }
    await queue.send('"a"', { priority: 3 });
    const options = { codec: json, withPriority: true } as const;
    for await (const pair of createReadStream(queue.name, options)) {
      assert.deepEqual(pair, { value: 'a', priority: 3 });
      break;
    }
  });

  it('passes empty messages and NUL bytes on', async () => {
    const queue = temporaryQueue();
    await fill(queue, '', '\0', 'end');
    const stream = queue.createReadStream({ codec: text });
    const received: string[] = [];
    for await (const chunk of stream) {
      received.push(chunk);
      if (chunk === 'end') stream.stop();
    }
    assert.deepEqual(received, ['', '\0', 'end']);
  });

  it('takes nothing while the consumer has one in hand', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c');
    const received: string[] = [];
    for await (const chunk of queue.createReadStream({ codec: text })) {
      received.push(chunk);
      await nextTurn();
      assert.equal(queue.currentMessages, 3 - received.length);
      if (received.length === 2) break;
    }
    assert.equal(rest(queue), 'c');
  });

  it('takes no more than highWaterMark ahead', async () => {
    const queue = temporaryQueue({ maxMessages: 8 });
    await fill(queue, 'a', 'b', 'c', 'd', 'e', 'f');
    const stream = queue.createReadStream({ highWaterMark: 2 });
    for await (const _ of stream) {
      await nextTurn();
      await nextTurn();
      assert.ok(queue.currentMessages >= 3, `${queue.currentMessages} left`);
      break;
    }
    assert.equal(rest(queue), 'bcdef');
  });

  for (const highWaterMark of [0, 1, 4]) {
    it(`hands back what is unread on destroy, in order (highWaterMark ${highWaterMark})`, async () => {
      const queue = temporaryQueue({ maxMessages: 6 });
      await fill(queue, 'a', 'b', 'c', 'd', 'e', 'f');
      const received: string[] = [];
      const stream = queue.createReadStream({ codec: text, highWaterMark });
      stream.on('data', (chunk) => {
        received.push(chunk);
        if (chunk === 'b') stream.destroy();
      });
      await once(stream, 'close');
      assert.deepEqual(received, ['a', 'b']);
      assert.equal(rest(queue), 'cdef');
    });
  }

  it('hands back what a destroyed stream was waiting for', async () => {
    const queue = temporaryQueue();
    const sender = MessageQueue.open(queue.name, { access: 'write' });
    const stream = queue.createReadStream();
    stream.resume();
    await until(() => queue.waiting !== null, 'a wait');
    sender.trySend('late');
    stream.destroy();
    await once(stream, 'close');
    assert.equal((await queue.receive()).text(), 'late');
    await sender.close();
  });

  it('keeps the order when chunks that were read ahead come back', async () => {
    const queue = temporaryQueue({ maxMessages: 8 });
    for (const [data, priority] of [
      ['a', 1],
      ['b', 9],
      ['c', 1],
      ['d', 9],
    ] as const) {
      await queue.send(data, { priority });
    }
    const streams = [2, 2].map((highWaterMark) => queue.createReadStream({ highWaterMark }));
    for (const stream of streams) {
      stream.on('readable', () => undefined);
      await until(() => stream.readableLength === 2, 'two chunks in the buffer');
    }
    for (const stream of streams.reverse()) await stream[Symbol.asyncDispose]();
    assert.equal(rest(queue), 'bdac');
  });

  it('ends by stop(), after what it has', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b', 'c');
    const stream = queue.createReadStream({ codec: text, highWaterMark: 2 });
    const received: string[] = [];
    for await (const chunk of stream) {
      received.push(chunk);
      if (received.length === 1) {
        await until(() => stream.readableLength > 0, 'a chunk in the buffer');
        stream.stop();
      }
    }
    assert.equal(received.join('') + rest(queue), 'abc');
    assert.ok(received.length >= 2);
  });

  it('ends by stop() while it waits', async () => {
    const queue = temporaryQueue();
    const stream = createReadStream(queue.name);
    stream.resume();
    await nextTurn();
    stream.stop();
    await once(stream, 'close');
    assert.equal(stream.readableEnded, true);
  });

  it('ends when its queue is closed, not before', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a');
    const stream = queue.createReadStream({ codec: text });
    const received: string[] = [];
    stream.on('data', (chunk) => received.push(chunk));
    await until(() => received.length === 1, 'a message received');
    assert.equal(stream.readableEnded, false);
    await Promise.all([once(stream, 'close'), queue.close()]);
    assert.deepEqual([received, stream.readableEnded], [['a'], true]);
  });

  it('gives unread chunks of a closed queue back to the kernel', async () => {
    const queue = temporaryQueue();
    await fill(queue, 'a', 'b');
    const other = MessageQueue.open(queue.name);
    const stream = queue.createReadStream({ highWaterMark: 2 });
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 2, 'two chunks in the buffer');
    assert.deepEqual(await queue.close(), []);
    stream.destroy();
    await once(stream, 'close');
    assert.equal(rest(other), 'ab');
    await other.close();
  });

  it('is aborted by its signal, and loses nothing', async () => {
    const queue = temporaryQueue();
    const controller = new AbortController();
    const stream = queue.createReadStream({ signal: controller.signal, highWaterMark: 1 });
    await fill(queue, 'a', 'b');
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 1, 'a chunk in the buffer');
    controller.abort();
    await assert.rejects(once(stream, 'close'), { name: 'AbortError' });
    assert.equal(rest(queue), 'ab');
  });

  it('refuses setEncoding and unshift', () => {
    const stream = temporaryQueue().createReadStream();
    assert.throws(() => stream.setEncoding(), {
      code: 'ERR_MQ_UNSUPPORTED',
      message: /codec: text/,
    });
    assert.throws(() => stream.unshift(), { code: 'ERR_MQ_UNSUPPORTED' });
  });

  it('fails with the error of the queue', async () => {
    const queue = temporaryQueue({ access: 'write' });
    const [error] = (await once(queue.createReadStream().resume(), 'error')) as [Error];
    assert.equal((error as { code?: unknown }).code, 'EBADF');
  });

  it('refuses unknown options and a queue object with a remedy', () => {
    const queue = temporaryQueue();
    const misspelled = { highWatermark: 1 } as object;
    assert.throws(() => queue.createReadStream(misspelled), { code: 'ERR_MQ_UNKNOWN_OPTION' });
    assert.throws(() => createReadStream(queue.name, misspelled), /did you mean 'highWaterMark'/);
    const opening = { create: true } as object;
    assert.throws(() => queue.createReadStream(opening), { code: 'ERR_MQ_UNKNOWN_OPTION' });
  });

  describe('by name owns its queue', () => {
    it('gives what it had taken to undelivered', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'a', 'b');
      const stream = createReadStream(queue.name, { highWaterMark: 2 });
      const undelivered: Message[] = [];
      stream.on('undelivered', (messages) => undelivered.push(...messages));
      stream.on('readable', () => undefined);
      await until(() => stream.readableLength === 2, 'two chunks in the buffer');
      await stream[Symbol.asyncDispose]();
      assert.deepEqual(
        undelivered.map((each) => each.text()),
        ['a', 'b'],
      );
      assert.equal(queue.currentMessages, 0);
    });

    it('puts it back into the kernel where nobody listens', async () => {
      const queue = temporaryQueue();
      await queue.send('a', { priority: 8 });
      const stream = createReadStream(queue.name, { highWaterMark: 1 });
      stream.on('readable', () => undefined);
      await until(() => stream.readableLength === 1, 'a chunk in the buffer');
      await stream[Symbol.asyncDispose]();
      const message = await queue.receive();
      assert.deepEqual([message.text(), message.priority], ['a', 8]);
    });
  });

  describe('with an invalid message', () => {
    it('fails with an error that carries the message, and hands back the others', async () => {
      const queue = temporaryQueue();
      await fill(queue, '1', 'not JSON', '2', '3');
      const stream = queue.createReadStream({ codec: json<number>(), highWaterMark: 4 });
      const received: number[] = [];
      const reading = (async () => {
        for await (const value of stream) received.push(value);
      })();
      const isInvalid = errorLike(
        InvalidMessageError,
        { code: 'ERR_MQ_INVALID_MESSAGE', queue: queue.name },
        /8 bytes/,
      );
      await assert.rejects(reading, (error: InvalidMessageError) => {
        assert.equal(error.received.text(), 'not JSON');
        assert.ok(error.cause instanceof SyntaxError);
        assert.doesNotMatch(error.message, /not JSON/);
        return isInvalid(error);
      });
      assert.equal(received.join('') + rest(queue), '123');
    });

    it('tells onInvalid and goes on', async () => {
      const queue = temporaryQueue();
      await fill(queue, '\u{1F600}'.slice(0, 1), '1', '{', '2');
      const invalid: string[] = [];
      const stream = queue.createReadStream({
        codec: json<number>(),
        onInvalid: (message, error) => invalid.push(message.text() + error.code),
      });
      const received: number[] = [];
      for await (const value of stream) {
        received.push(value);
        if (value === 2) stream.stop();
      }
      assert.deepEqual(received, [1, 2]);
      assert.equal(invalid.length, 2);
    });

    it('takes null for invalid, unless it comes with its priority', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'null');
      const [error] = (await once(queue.createReadStream({ codec: json }).resume(), 'error')) as [
        InvalidMessageError,
      ];
      assert.equal(error.code, 'ERR_MQ_INVALID_MESSAGE');
      await fill(queue, 'null');
      const stream = queue.createReadStream({ codec: json, withPriority: true });
      assert.deepEqual(await once(stream, 'data'), [{ value: null, priority: 0 }]);
    });
  });

  describe('through other streams', () => {
    it('is piped, with back pressure in the kernel', async () => {
      const queue = temporaryQueue({ maxMessages: 8 });
      await fill(queue, 'a', 'b', 'c', 'd', 'e');
      const slow = new Writable({ objectMode: true, highWaterMark: 1, write: () => undefined });
      queue.createReadStream().pipe(slow);
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      assert.ok(queue.currentMessages >= 3, `${queue.currentMessages} left`);
    });

    it('finishes a pipeline after stop()', async () => {
      const queue = temporaryQueue();
      const stream = createReadStream(queue.name, { codec: text });
      const target = new PassThrough({ objectMode: true });
      const done = pipeline(stream, target);
      const chunks = target.toArray();
      for (let number = 0; number < 20; number += 1) await queue.send(String(number));
      await until(() => queue.currentMessages === 0, 'an empty queue');
      stream.stop();
      await done;
      assert.equal((await chunks).length, 20);
    });

    it('becomes a web stream that takes nothing ahead', async () => {
      const queue = temporaryQueue();
      await fill(queue, 'a', 'b', 'c');
      const web = Readable.toWeb(queue.createReadStream({ codec: text }), {
        strategy: { highWaterMark: 0 },
      });
      const reader = web.getReader();
      assert.deepEqual(await reader.read(), { value: 'a', done: false });
      await reader.cancel();
      await until(
        () => queue.heldMessages + queue.currentMessages === 2,
        'two messages held or in the queue',
      );
      assert.equal(rest(queue), 'bc');
    });
  });
});
