import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Subject } from 'rxjs';
import { Message, MessageQueueError } from 'posix-mqueue';
import { toQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, until } from '../support/code.js';
import { transfer } from '../support/transfer.js';
import { collectUncaught } from '../support/uncaught.js';
import { texts } from '../support/messages.js';

/** The bytes of `text` in memory of their own, of which `max` bytes may be made. */
function resizable(text: string, max: number): [Uint8Array<ArrayBuffer>, (size: number) => void] {
  type Resizable = ArrayBuffer & { resize(size: number): void };
  const Constructor = ArrayBuffer as unknown as new (
    size: number,
    options: { maxByteLength: number },
  ) => Resizable;
  const buffer = new Constructor(text.length, { maxByteLength: max });
  const bytes = new Uint8Array(buffer);
  bytes.set(Buffer.from(text));
  return [bytes, (size) => buffer.resize(size)];
}

describe('bytes that are gone before their turn', () => {
  it('fail the one stream that was given them, and those behind it go on', async () => {
    await collectUncaught(async (uncaught) => {
      const queue = temporaryQueue({ maxMessages: 1 });
      const sends = [queue.send('a'), queue.send('b')];
      const stream = queue.createWriteStream();
      const failed = once(stream, 'error');
      const bytes = new Uint8Array([1, 2, 3]);
      stream.write(bytes);
      sends.push(queue.send('c'));
      const other = queue.createWriteStream();
      other.end('d');
      transfer(bytes);
      assert.deepEqual(await texts(queue, 4), ['a', 'b', 'c', 'd']);
      const details = { code: 'EFAULT', errno: -14, syscall: 'mq_timedsend', sent: 0 };
      errorLike(MessageQueueError, details, /transferred/)((await failed)[0]);
      await Promise.all(sends);
      assert.deepEqual(uncaught, []);
    });
  });

  it('fail a batch after what precedes them', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const sends = ['a', 'b'].map((each) => queue.send(each));
    const stream = queue.createWriteStream();
    const failed = once(stream, 'error');
    const bytes = new Uint8Array([1, 2, 3]);
    stream.cork();
    for (const value of ['c', 'd', bytes, 'e']) stream.write(value);
    stream.uncork();
    transfer(bytes);
    assert.deepEqual(await texts(queue, 4), ['a', 'b', 'c', 'd']);
    await Promise.all(sends);
    errorLike(MessageQueueError, { code: 'EFAULT', sent: 2 })((await failed)[0]);
    assert.equal(queue.tryReceive(), null);
  });

  it('fail toQueue after what precedes them', async () => {
    await collectUncaught(async (uncaught) => {
      const queue = temporaryQueue({ maxMessages: 1 });
      const source = new Subject<string | Uint8Array>();
      const sent: unknown[] = [];
      let failure: unknown;
      source.pipe(toQueue(queue)).subscribe({
        next: (value) => sent.push(value),
        error: (error) => (failure = error),
      });
      const bytes = new Uint8Array([1, 2, 3]);
      for (const value of ['a', 'b', 'c', bytes, 'd']) source.next(value);
      transfer(bytes);
      assert.deepEqual(await texts(queue, 3), ['a', 'b', 'c']);
      await until(() => failure !== undefined, 'a failure');
      errorLike(MessageQueueError, { code: 'EFAULT' })(failure);
      assert.deepEqual(sent, ['a', 'b', 'c']);
      assert.deepEqual(uncaught, []);
    });
  });

  it('fail it where their buffer was made smaller', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const [bytes, resize] = resizable('shrinks', 8);
    const stream = queue.createWriteStream();
    const failed = once(stream, 'error');
    const sends = ['a', 'b'].map((each) => queue.send(each));
    stream.write(bytes);
    resize(2);
    assert.deepEqual(await texts(queue, 2), ['a', 'b']);
    await Promise.all(sends);
    errorLike(MessageQueueError, { code: 'EFAULT' })((await failed)[0]);
  });

  it('are as many as were written where their buffer was made larger', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 8 });
    const [bytes, resize] = resizable('grows', 1_000_000);
    const stream = queue.createWriteStream();
    const sends = ['a', 'b'].map((each) => queue.send(each));
    stream.end(bytes);
    resize(1_000_000);
    assert.deepEqual(await texts(queue, 3), ['a', 'b', 'grows']);
    await Promise.all(sends);
  });
});

describe('bytes that are gone already', () => {
  const gone = (): Uint8Array<ArrayBuffer>[] => {
    const views = [new Uint8Array(3), Buffer.alloc(3), new Uint8Array(0)];
    for (const view of views) transfer(view);
    return views;
  };
  const given = (): [string, unknown][] => [
    ...gone().map((data): [string, unknown] => ['a Uint8Array', data]),
    ['a DataView', dataView()],
    ['a Uint16Array', wide()],
    ['an ArrayBuffer', wide().buffer],
    ['a Message', new Message(gone()[1] as Buffer, 3)],
  ];
  const refusal = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: /transferred/ };

  function dataView(): DataView {
    const view = new DataView(new ArrayBuffer(4));
    structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
    return view;
  }

  function wide(): Uint16Array {
    const view = new Uint16Array(2);
    structuredClone(view.buffer, { transfer: [view.buffer] });
    return view;
  }

  it('are refused by send and trySend', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    for (const [title, data] of given()) {
      await assert.rejects(queue.send(data as Uint8Array), refusal, title);
      assert.throws(() => queue.trySend(data as Uint8Array), refusal, title);
    }
    assert.equal(queue.currentMessages, 0);
  });

  it('are an error of a Writable', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    for (const [title, data] of given()) {
      const stream = queue.createWriteStream();
      const failed = once(stream, 'error');
      stream.write(data as Uint8Array);
      const [error] = (await failed) as [MessageQueueError];
      assert.equal(error.code, 'ERR_MQ_ENCODE', title);
      assert.match(error.message, /transferred/);
    }
    assert.equal(queue.currentMessages, 0);
  });

  it('are an error of a codec that returns them', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const codec = { encode: () => gone()[0] as Uint8Array, decode: () => 0 };
    const stream = queue.createWriteStream({ codec });
    const failed = once(stream, 'error');
    stream.write('a');
    errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE' }, /transferred/)((await failed)[0]);
  });

  it('are not those of an empty array', async () => {
    const queue = temporaryQueue({ maxMessages: 4 });
    for (const data of [new Uint8Array(0), new BigInt64Array(0), new ArrayBuffer(0), '']) {
      await queue.send(data);
      assert.equal((await queue.receive()).data.length, 0);
    }
  });
});
