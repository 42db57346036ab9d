import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import * as own from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { Host } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { firstValueFrom, lastValueFrom, of } from 'rxjs';
import { errorLike, until } from '../support/code.js';
import { copyPackage, importCopy } from '../support/copies.js';
import { canUnshare, runUnshared } from '../support/namespace.js';

for (const sharesAddon of [false, true]) {
  const title = sharesAddon ? 'modules that are evaluated anew' : 'another copy of the package';
  describe(title, () => {
    let other: typeof own;
    before(async () => {
      other = await importCopy(copyPackage({ sharesAddon }));
      assert.notEqual(other.MessageQueue, own.MessageQueue);
    });

    it('gives messages that this one sends, with their priority', async () => {
      const queue = temporaryQueue({ maxMessages: 4 });
      const message = new other.Message(Buffer.from('a'), 7);
      await queue.send(message);
      const writer = queue.createWriteStream({ codec: own.json });
      writer.end(message);
      await once(writer, 'finish');
      await lastValueFrom(of(message).pipe(toQueue(queue, { codec: own.text })));
      const received = (await queue.receiveMany(3)).map((each) => [each.text(), each.priority]);
      assert.deepEqual(received, [
        ['a', 7],
        ['a', 7],
        ['a', 7],
      ]);
      const transport = new MemoryTransport();
      const host = new Host({ requests: '/a', responses: '/b', codec: own.json, transport });
      await host.send(message);
      const receiver = await transport.openReceiver('/a');
      assert.equal(String((await receiver.next()).body), 'a');
      await receiver.close();
      await host.close();
    });

    it('gives queues that this one uses', async () => {
      const { name } = temporaryQueue();
      const queue = other.MessageQueue.open(name);
      await lastValueFrom(of('a', 'b', 'c').pipe(toQueue(queue, { codec: own.text })));
      assert.equal(await firstValueFrom(fromQueue(queue, { codec: own.text })), 'a');
      const work = consumeQueue(queue, async (value) => value, { codec: own.text });
      assert.equal(await firstValueFrom(work), 'b');
      const channel = own.createDuplex({ readable: queue, writable: queue, codec: own.text });
      assert.deepEqual(await once(channel, 'data'), ['c']);
      channel.destroy();
      await once(channel, 'close');
      await queue.close();
    });

    it('has objects that are of the classes of this one', () => {
      const queue = other.MessageQueue.open(temporaryQueue().name);
      assert.ok(queue instanceof own.MessageQueue);
      assert.ok(new other.Message(Buffer.from('')) instanceof own.Message);
      const details = { code: 'ENOENT' };
      assert.ok(new other.MessageQueueError('text', details) instanceof own.MessageQueueError);
      const invalid = new other.InvalidMessageError(new own.Message(Buffer.from('')), '/q', null);
      assert.ok(invalid instanceof own.InvalidMessageError);
      assert.ok(invalid instanceof own.MessageQueueError);
      assert.ok(new other.AbortError('why') instanceof own.AbortError);
      void queue.close();
    });

    it('is told of pool threads that become free, and so is this one', async () => {
      const blocked = [temporaryQueue({ wait: 'worker' }), temporaryQueue({ wait: 'worker' })];
      const received = blocked.map((queue) => queue.receive());
      // Not yet, where the event loop is due for its turn: of that each copy has its own count.
      await until(
        () => blocked.every((queue) => queue.waiting === 'worker'),
        'two waits that have all threads',
      );
      const here = temporaryQueue();
      const there = other.MessageQueue.open(temporaryQueue().name);
      const waits = [here.receive(), there.receive()];
      if (sharesAddon)
        await until(
          () => here.waiting === 'loop' && there.waiting === 'loop',
          'two waits on the event loop',
        );
      for (const queue of blocked) await queue.send('frees');
      await Promise.all(received);
      // Each copy of the addon has a budget of its own.
      await until(
        () => here.waiting === 'worker' && there.waiting === 'worker',
        'two waits on pool threads',
      );
      for (const queue of [here, there]) await queue.send('ends');
      await Promise.all(waits);
      await there.close();
    });
  });
}

describe('classes', () => {
  it('are what their own objects only are of', () => {
    class Special extends own.MessageQueueError {}
    assert.ok(new Special('text', { code: 'ENOENT' }) instanceof own.MessageQueueError);
    assert.ok(!(new own.MessageQueueError('text', { code: 'ENOENT' }) instanceof Special));
    assert.ok(!(new Error('text') instanceof own.MessageQueueError));
    const plain = new own.MessageQueueError('text', { code: 'ENOENT' });
    assert.ok(!(plain instanceof own.InvalidMessageError));
    for (const value of [null, undefined, 'text', {}, new own.AbortError('why')]) {
      assert.ok(!((value as unknown) instanceof own.Message));
      assert.ok(!((value as unknown) instanceof own.MessageQueueError));
    }
  });
});

describe('a copy of another version', () => {
  it('is named, with both folders and versions, where its queue cannot be used', async () => {
    const folder = copyPackage({ version: '9.8.7' });
    const other = await importCopy(folder);
    const queue = other.MessageQueue.open(temporaryQueue().name);
    const named = new RegExp(`another copy of posix-mqueue \\(version 9\\.8\\.7 in ${folder}/\\)`);
    const expected = errorLike(TypeError, { code: 'ERR_MQ_OTHER_COPY' }, named);
    assert.throws(() => fromQueue(queue), expected);
    assert.throws(() => toQueue(queue), expected);
    assert.throws(() => own.createDuplex({ readable: queue, writable: '/any' }), expected);
    await queue.close();
  });
});

describe('two copies of the JavaScript over one addon', () => {
  it('exchange messages with it after either made the memory for them grow', function () {
    // Reason: raising the limit needs namespaces, which this user may not make.
    if (!canUnshare()) this.skip();
    const index = join(copyPackage({ sharesAddon: true }), 'dist', 'index.js');
    const output = runUnshared(
      'echo 200000 > /proc/sys/fs/mqueue/msgsize_max',
      `import * as first from 'posix-mqueue';
       import * as second from '${index}';
       const options = { create: true, maxMessages: 3, maxMessageSize: 8 };
       const queue = first.MessageQueue.open('/s', options);
       await queue.send('a');
       second.MessageQueue.open('/l', { ...options, maxMessages: 1, maxMessageSize: 200000 });
       const texts = [(await queue.receive()).text()];
       for (const text of ['b', 'cc', 'ddd']) await queue.send(text);
       for (const each of await queue.receiveMany(3)) texts.push(each.text());
       const waiting = queue.receive();
       setImmediate(() => queue.trySend('late'));
       texts.push((await waiting).text());
       console.log(texts.join(' '));
       process.exit();`,
    );
    assert.equal(output, 'a b cc ddd late');
  });
});
