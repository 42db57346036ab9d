import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, text, type OpenOptions } from 'posix-mqueue';
import { PosixTransport } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { descriptorsOf, nextTurn, unlinkQuietly, until } from '../../support/code.js';
import { takeAll } from '../../support/messages.js';

describe('a queue with reopen: true', () => {
  let name: string;
  const opened: MessageQueue[] = [];
  const open = (options: OpenOptions = {}): MessageQueue => {
    const queue = MessageQueue.open(name, {
      create: true,
      maxMessages: 2,
      maxMessageSize: 32,
      ...options,
    });
    opened.push(queue);
    return queue;
  };
  beforeEach(() => {
    name = temporaryName();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((queue) => queue.close()));
    unlinkQuietly(name);
  });

  it('sends none twice of a batch that was half sent to the old one', async () => {
    const owner = open();
    const queue = open({ reopen: true, create: false });
    queue.unref();
    const writer = queue.createWriteStream({ codec: text });
    writer.cork();
    for (const each of ['1', '2', '3', '4', '5']) writer.write(each);
    writer.uncork();
    await until(() => owner.currentMessages === 2, 'two messages in the queue');
    const received = [owner.tryReceive()?.text()];
    await until(() => owner.currentMessages === 2, 'two messages in the queue');
    MessageQueue.unlink(name);
    const fresh = open({ maxMessages: 4 });
    received.push(...takeAll(owner));
    // It notices, and in the same turn it is made to wait in another way.
    assert.equal(queue.tryReceive(), null);
    queue.ref();
    writer.end();
    await once(writer, 'finish');
    received.push(...takeAll(fresh));
    assert.deepEqual(received, ['1', '2', '3', '4', '5']);
  });

  it('tells how many went of a batch that is given up just then', async () => {
    const owner = open();
    const queue = open({ reopen: true, create: false, wait: 'loop' });
    const writer = queue.createWriteStream({ codec: text });
    writer.on('error', () => undefined);
    writer.cork();
    const told = new Promise<unknown>((resolve) => {
      for (const each of ['1', '2', '3', '4', '5']) writer.write(each, resolve);
    });
    writer.uncork();
    await until(() => owner.currentMessages === 2, 'two messages in the queue');
    assert.equal(owner.tryReceive()?.text(), '1');
    await until(() => owner.currentMessages === 2, 'two messages in the queue');
    MessageQueue.unlink(name);
    open();
    assert.deepEqual(takeAll(owner), ['2', '3']);
    assert.equal(queue.tryReceive(), null);
    writer.destroy();
    assert.equal(((await told) as { sent?: number }).sent, 3);
  });

  it('notices by a message that is too large for the old one', async () => {
    open();
    const queue = open({ reopen: true, create: false, access: 'write' });
    const writer = queue.createWriteStream();
    MessageQueue.unlink(name);
    const fresh = open({ maxMessageSize: 200 });
    await queue.send('x'.repeat(100));
    MessageQueue.unlink(name);
    const fresher = open({ maxMessageSize: 300 });
    writer.end('x'.repeat(250));
    await once(writer, 'finish');
    assert.deepEqual([fresh.currentMessages, fresher.currentMessages], [1, 1]);
    await assert.rejects(queue.send('x'.repeat(301)), { code: 'EMSGSIZE' });
  });

  it('keeps no empty old one, also where it only sends', async () => {
    open();
    const queue = open({ reopen: true });
    const before = descriptorsOf(name);
    for (let count = 0; count < 5; count += 1) {
      MessageQueue.unlink(name);
      await queue.send(String(count));
      const peer = MessageQueue.open(name);
      assert.equal(peer.tryReceive()?.text(), String(count));
      await peer.close();
    }
    assert.ok(descriptorsOf(name) <= before + 1);
  });

  it('warns of what cannot go back because there is no queue of the name', async () => {
    await open().send('held');
    const queue = open({ reopen: true, create: false });
    const stream = queue.createReadStream({ highWaterMark: 1 });
    await once(stream, 'readable');
    stream.destroy();
    await once(stream, 'close');
    assert.equal(queue.heldMessages, 1);
    MessageQueue.unlink(name);
    const warned = once(process, 'warning');
    await queue[Symbol.asyncDispose]();
    assert.equal(((await warned)[0] as { code?: string }).code, 'MQ_UNDELIVERED');
  });

  it('gives back what fits into the new one', async () => {
    const owner = open({ maxMessages: 3 });
    for (const data of ['x'.repeat(30), 'a', 'b']) await owner.send(data);
    const queue = open({ reopen: true, create: false });
    const stream = queue.createReadStream({ highWaterMark: 4 });
    await once(stream, 'readable');
    stream.destroy();
    await once(stream, 'close');
    assert.equal(queue.heldMessages, 3);
    MessageQueue.unlink(name);
    const fresh = open({ maxMessages: 3, maxMessageSize: 8 });
    const warned = once(process, 'warning');
    await queue[Symbol.asyncDispose]();
    assert.match(String((await warned)[0]), /1 message of queue/);
    assert.deepEqual(takeAll(fresh), ['a', 'b']);
  });

  it('counts no send that is kept back as a blocked thread', async () => {
    open();
    const queue = open({ reopen: true, create: false, access: 'write' });
    const unlinked = once(queue, 'unlinked');
    MessageQueue.unlink(name);
    const sending = assert.rejects(queue.send('kept'), { code: 'ERR_MQ_CLOSED' });
    await unlinked;
    // The budget is used up by waits that may be moved.
    const others = [temporaryQueue(), temporaryQueue()];
    const waiting = others.map((each) => each.receive());
    await until(
      () => others.every((each) => each.waiting === 'worker'),
      'all of the queues waiting on pool threads',
    );
    const receiver = await new PosixTransport().openReceiver(temporaryQueue().name, {
      competing: true,
    });
    await until(
      () => others.some((each) => each.waiting === 'loop'),
      'a queue that has gone over to the event loop',
    );
    await receiver.close();
    await queue.close();
    await sending;
    for (const each of others) await each.send('x');
    await Promise.all(waiting);
  });

  it('looks soon for a queue when a send has to wait for it', async () => {
    open();
    const queue = open({ reopen: true, create: false, access: 'write' });
    MessageQueue.unlink(name);
    const sending = queue.send('x');
    await nextTurn();
    const again = open();
    // Before a look at the ordinary pace, which begins later and so ends later.
    const ordinary = new Promise((resolve) => setTimeout(resolve, 240, 'late'));
    assert.equal(await Promise.race([sending.then(() => 'soon'), ordinary]), 'soon');
    assert.equal(again.currentMessages, 1);
  });
});
