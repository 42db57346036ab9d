import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  MessageQueue,
  createReadStream,
  text,
  type OpenOptions,
  type WaitMode,
} from 'posix-mqueue';
import { PosixTransport } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { descriptorsOf, unlinkQuietly, until } from '../../support/code.js';
import { canUnshare, runUnshared } from '../../support/namespace.js';

const SMALL = { maxMessages: 2, maxMessageSize: 32 };

describe('a queue that is unlinked under its users', () => {
  let name: string;
  const opened: MessageQueue[] = [];
  const open = (options: OpenOptions = {}): MessageQueue => {
    const queue = MessageQueue.open(name, { create: true, ...SMALL, ...options });
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

  it('is told by stat()', () => {
    const queue = open();
    assert.equal(queue.stat().unlinked, false);
    MessageQueue.unlink(name);
    assert.equal(queue.stat().unlinked, true);
    open();
    assert.equal(queue.stat().unlinked, true);
  });

  it('is told by an event, once, to those who listen', async () => {
    const queue = open();
    let times = 0;
    queue.on('unlinked', () => (times += 1));
    const told = once(queue, 'unlinked');
    MessageQueue.unlink(name);
    await told;
    queue.on('unlinked', () => undefined);
    const other = open();
    const otherTold = once(other, 'unlinked');
    MessageQueue.unlink(name);
    await otherTold;
    assert.equal(times, 1);
  });

  it('goes on as the old one without `reopen`', async () => {
    const queue = open();
    MessageQueue.unlink(name);
    await queue.send('old');
    assert.equal(open().currentMessages, 0);
    assert.equal((await queue.receive()).text(), 'old');
  });

  for (const wait of ['auto', 'worker', 'loop'] satisfies WaitMode[]) {
    describe(`with reopen: true and wait: '${wait}'`, () => {
      const how = { reopen: true, wait, create: false };

      it('receives from the one that has the name, whoever created it', async () => {
        const queue = open({ reopen: true, wait });
        const reopened = once(queue, 'reopened');
        const message = queue.receive();
        MessageQueue.unlink(name);
        const other = open({ wait });
        await other.send('new');
        assert.equal((await message).text(), 'new');
        await reopened;
        assert.equal(queue.stat().unlinked, false);
      });

      it('waits for the queue where it may not create one', async () => {
        open();
        const queue = open(how);
        const unlinked = once(queue, 'unlinked');
        const message = queue.receive();
        MessageQueue.unlink(name);
        await unlinked;
        await open().send('new');
        assert.equal((await message).text(), 'new');
      });

      it('creates it again where it may', async () => {
        const queue = open({ reopen: true, wait });
        MessageQueue.unlink(name);
        await queue.send('new');
        assert.equal(open({ create: false }).currentMessages, 1);
      });

      it('receives what is left in the old one first', async () => {
        const queue = open({ reopen: true, wait });
        await queue.send('old 1');
        await queue.send('old 2', { priority: 1 });
        MessageQueue.unlink(name);
        await open().send('new', { priority: 2 });
        await queue.send('own');
        const texts = [];
        for (let count = 0; count < 4; count += 1) texts.push((await queue.receive()).text());
        assert.deepEqual(texts, ['old 2', 'old 1', 'new', 'own']);
      });

      it('keeps sends back until there is a queue with the name', async () => {
        const creator = open();
        const queue = open({ ...how, access: 'write' });
        MessageQueue.unlink(name);
        const unlinked = once(queue, 'unlinked');
        let sent = false;
        const sending = queue.send('kept').then(() => (sent = true));
        await unlinked;
        assert.equal(queue.trySend('refused'), false);
        assert.equal(sent, false);
        assert.equal(creator.currentMessages, 0);
        const again = open();
        assert.equal((await again.receive()).text(), 'kept');
        await sending;
      });

      it('frees a sender that is blocked on the old one', async () => {
        const creator = open({ maxMessages: 1 });
        const queue = open({ ...how, access: 'write' });
        await queue.send('full');
        const sending = queue.send('blocked');
        const unlinked = once(queue, 'unlinked');
        MessageQueue.unlink(name);
        await unlinked;
        const again = open();
        assert.equal((await again.receive()).text(), 'blocked');
        await sending;
        assert.equal((await creator.receive()).text(), 'full');
      });

      it('sends what it kept back after unref() as well', async () => {
        open();
        const queue = open({ ...how, access: 'write' });
        const unlinked = once(queue, 'unlinked');
        MessageQueue.unlink(name);
        const sending = queue.send('kept');
        await unlinked;
        if (wait !== 'worker') queue.unref();
        const again = open();
        assert.equal((await again.receive()).text(), 'kept');
        await sending;
      });

      it('can be given up while there is none', async () => {
        open();
        const queue = open(how);
        MessageQueue.unlink(name);
        const late = { code: 'ETIMEDOUT' };
        await assert.rejects(queue.send('x', { timeout: 30 }), late);
        await assert.rejects(queue.receive({ timeout: 30 }), late);
        const sending = assert.rejects(queue.send('y'), { code: 'ERR_MQ_CLOSED' });
        const receiving = assert.rejects(queue.receive(), { code: 'ERR_MQ_CLOSED' });
        assert.deepEqual(await queue.close(), []);
        await Promise.all([sending, receiving]);
      });
    });
  }

  it('has the sizes of the new one', async () => {
    const queue = open({ reopen: true });
    MessageQueue.unlink(name);
    open({ maxMessages: 3, maxMessageSize: 100 });
    const reopened = once(queue, 'reopened');
    assert.equal(queue.trySend('x'), true);
    await reopened;
    assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [3, 100]);
    await queue.send('x'.repeat(100));
  });

  it('gives a Worker its thread while sends are kept back', async () => {
    open();
    const queue = open({ reopen: true, create: false, access: 'write' });
    MessageQueue.unlink(name);
    const unlinked = once(queue, 'unlinked');
    const sending = queue.send('kept');
    await unlinked;
    // The budget is used up by waits that may not be moved.
    const others = [temporaryQueue({ wait: 'worker' }), temporaryQueue({ wait: 'worker' })];
    const waiting = others.map((each) => each.receive());
    await until(
      () => others.every((each) => each.waiting === 'worker'),
      'all of the queues waiting on pool threads',
    );
    const receiver = await new PosixTransport().openReceiver(temporaryQueue().name, {
      competing: true,
    });
    const again = open();
    assert.equal((await again.receive()).text(), 'kept');
    await sending;
    await receiver.close();
    for (const each of others) await each.send('x');
    await Promise.all(waiting);
  });

  describe('with messages too large for the memory that was there before', function () {
    before(function () {
      // Reason: raising the limit needs namespaces, which this user may not make.
      if (!canUnshare()) this.skip();
    });
    const LARGE = 'echo 300000 > /proc/sys/fs/mqueue/msgsize_max';
    const begin = `
      import { execFileSync } from 'node:child_process';
      import { MessageQueue } from 'posix-mqueue';
      const queue = MessageQueue.open('/q', { create: true, reopen: true, maxMessageSize: 1024 });
      MessageQueue.unlink('/q');`;
    /** By a process of its own: the memory of the first one must grow when it reopens, not before. */
    const create = (owner: string): string => {
      const module = `
        import { fchownSync, readdirSync, readlinkSync } from 'node:fs';
        import { MessageQueue } from 'posix-mqueue';
        const sizes = { maxMessages: 2, maxMessageSize: 200000 };
        const queue = MessageQueue.open('/q', { create: true, mode: 0o666, ...sizes });
        const isIt = (fd) => {
          try { return readlinkSync('/proc/self/fd/' + fd) === '/q'; } catch { return false; }
        };
        fchownSync(Number(readdirSync('/proc/self/fd').find(isIt)), ${owner}, ${owner});
        await queue.close();`;
      const parameters = ['--input-type=module', '-e', module];
      return `execFileSync(process.execPath, ${JSON.stringify(parameters)});`;
    };

    it('sends what was given', () => {
      const output = runUnshared(
        LARGE,
        `${begin}
         ${create('0')}
         await queue.send('hello', { priority: 7 });
         const { priority, data } = await MessageQueue.open('/q').receive();
         console.log(data.toString(), priority, queue.maxMessageSize);
         process.exit();`,
      );
      assert.equal(output, 'hello 7 200000');
    });

    it('leaves other queues as they are when the new one is refused', () => {
      const output = runUnshared(
        LARGE,
        `${begin}
         const other = MessageQueue.open('/other', { create: true, maxMessageSize: 64 });
         await other.send('first');
         await other.receive();
         ${create('12345')}
         const code = await queue.send('x').catch((error) => error.code);
         await other.send('second', { priority: 3 });
         const { priority, data } = other.tryReceive();
         console.log(code, data.toString(), priority);
         process.exit();`,
      );
      assert.equal(output, 'EACCES second 3');
    });
  });

  it('streams on', async () => {
    const creator = open();
    const stream = createReadStream(name, { codec: text, reopen: true });
    const seen: string[] = [];
    await creator.send('1');
    for await (const line of stream) {
      seen.push(line);
      if (line === '3') break;
      MessageQueue.unlink(name);
      await open().send(String(seen.length + 1));
    }
    assert.deepEqual(seen, ['1', '2', '3']);
  });

  it('survives twenty of them, and keeps no descriptor', async () => {
    const queue = open({ reopen: true });
    const before = descriptorsOf(name);
    for (let count = 0; count < 20; count += 1) {
      MessageQueue.unlink(name);
      await queue.send(String(count));
      assert.equal((await queue.receive()).text(), String(count));
    }
    assert.equal(queue.tryReceive(), null);
    assert.equal(descriptorsOf(name), before);
  });

  it('refuses the option for a queue object', () => {
    const queue = temporaryQueue(SMALL);
    // @ts-expect-error -- for JavaScript
    assert.throws(() => queue.createReadStream({ reopen: true }), /has no option 'reopen'/);
  });
});
