import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { MessageQueue, MessageQueueError } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, unlinkQuietly } from '../support/code.js';
import { canUnshare, runUnshared } from '../support/namespace.js';

const SMALL_SIZES = { maxMessages: 1, maxMessageSize: 16 };
const SMALL = { create: true, ...SMALL_SIZES };
const root = process.geteuid?.() === 0;

describe('a queue whose name is no UTF-8', () => {
  const name = Buffer.from(`/mq-test-${process.pid}-caf\xe9`, 'latin1');
  const shown = `/mq-test-${process.pid}-caf\\xe9`;
  afterEach(() => {
    unlinkQuietly(name);
  });

  it('is opened and unlinked by the bytes of its name', async () => {
    const bytes = Buffer.from(name);
    const queue = MessageQueue.open(bytes, SMALL);
    bytes.fill(0);
    assert.equal(queue.name, shown);
    queue.trySend('x');
    const again = await MessageQueue.waitFor(new Uint8Array(name));
    assert.equal(again.tryReceive()?.text(), 'x');
    queue.unlink();
    const details = { code: 'ENOENT', syscall: 'mq_open', queue: shown };
    assert.throws(() => MessageQueue.open(name), errorLike(MessageQueueError, details));
    assert.throws(
      () => {
        MessageQueue.unlink(name);
      },
      { ...details, syscall: 'mq_unlink' },
    );
    await again.close();
    await queue.close();
  });

  it('is opened anew by the bytes of its name', async () => {
    const queue = MessageQueue.open(name, { ...SMALL, reopen: true });
    MessageQueue.unlink(name);
    queue.trySend('x');
    assert.equal(MessageQueue.open(name).tryReceive()?.text(), 'x');
    await queue.close();
  });

  it('may be given as bytes where it is UTF-8 too, and is the same', async () => {
    const queue = temporaryQueue();
    const again = MessageQueue.open(Buffer.from(queue.name));
    assert.equal(again.name, queue.name);
    await again.close();
  });

  for (const [bytes, code] of [
    ['x', 'EINVAL'],
    ['/a\0b', 'EINVAL'],
    ['/a/b', 'EACCES'],
    ['/..', 'EACCES'],
    [`/${'\xe9'.repeat(256)}`, 'ENAMETOOLONG'],
  ] as const) {
    it(`is checked as a string is (${code}, ${bytes.length} bytes)`, () => {
      const given = Buffer.from(bytes, 'latin1');
      assert.throws(() => MessageQueue.open(given, SMALL), errorLike(TypeError, { code }));
    });
  }

  it('may have 255 bytes', () => {
    const long = Buffer.from(`/${'\xe9'.repeat(255)}`, 'latin1');
    MessageQueue.open(long, SMALL).unlink();
  });

  it('is in the list as bytes, and not as the name of another queue', function () {
    // Reason: mounting it needs namespaces, which this user may not make.
    if (!canUnshare()) this.skip();
    const output = runUnshared(
      'mount -t mqueue none /mnt',
      `import { MessageQueue } from 'posix-mqueue';
       const how = { create: true, maxMessages: 1, maxMessageSize: 8 };
       const open = ['/a', Buffer.from('/caf\\xe9', 'latin1')].map((name) => MessageQueue.open(name, how));
       const warnings = [];
       process.on('warning', ({ code }) => warnings.push(code));
       const names = await MessageQueue.list();
       const bytes = await MessageQueue.list({ encoding: 'buffer' });
       for (const each of bytes) MessageQueue.unlink(each);
       const left = await MessageQueue.list({ encoding: 'buffer' });
       await new Promise(setImmediate);
       const shown = bytes.map((each) => each.toString('latin1'));
       console.log(JSON.stringify([names, shown, left.length, warnings]));
       for (const each of open) await each.close();
       process.exit();`,
    );
    assert.deepEqual(JSON.parse(output), [['/a'], ['/a', '/caf\xe9'], 0, ['MQ_NAMES']]);
  });
});

describe('a queue object', () => {
  it('is made by MessageQueue.open() only', () => {
    const Any = MessageQueue as unknown as new (...given: unknown[]) => MessageQueue;
    const expected = errorLike(
      TypeError,
      { code: 'ERR_ILLEGAL_CONSTRUCTOR' },
      /MessageQueue\.open/,
    );
    for (const given of [[], ['/jobs'], [{}]]) assert.throws(() => new Any(...given), expected);
  });

  it('shows its name and its state', async () => {
    const queue = temporaryQueue(SMALL_SIZES);
    queue.trySend('x');
    const text = inspect(queue);
    for (const fact of [`name: '${queue.name}'`, 'currentMessages: 1', 'maxMessages: 1']) {
      assert.ok(text.startsWith('MessageQueue {') && text.includes(fact), text);
    }
    assert.equal(inspect([[[queue]]], { depth: 1 }).includes(queue.name), false);
    await queue.close();
    assert.match(inspect(queue), /closed: true/);
    assert.ok(inspect(MessageQueue.prototype).length > 0);
  });

  it('of a service shows its queues and its state', async () => {
    const [requests, responses] = [temporaryName(), temporaryName()];
    const host = new Host({ requests, responses });
    const worker = new Worker({ requests, responses }, () => undefined);
    assert.match(inspect(host), new RegExp(`^Host {[^]*requests: '${requests}'[^]*closed: false`));
    assert.match(inspect(worker), new RegExp(`^Worker {[^]*'${responses}'[^]*stats:`));
    await host.close();
    await worker.close();
    assert.match(inspect(host), /closed: true/);
  });

  it('tells its descriptor', async () => {
    const queue = temporaryQueue(SMALL_SIZES);
    assert.ok(Number.isInteger(queue.fd) && queue.fd > 2, String(queue.fd));
    await queue.close();
    assert.equal(queue.fd, -1);
  });

  it('removes its own name, and not that of a later queue', async () => {
    const queue = temporaryQueue(SMALL_SIZES);
    queue.unlink();
    const later = MessageQueue.open(queue.name, SMALL);
    const details = { code: 'ENOENT', syscall: 'mq_unlink', queue: queue.name };
    const expected = errorLike(MessageQueueError, details, /another queue/);
    assert.throws(() => {
      queue.unlink();
    }, expected);
    assert.equal(later.stat().unlinked, false);
    await queue.close();
    queue.unlink();
    assert.equal(later.stat().unlinked, true);
    await later.close();
  });

  // Only root can become another user.
  (root ? it : it.skip)('may be unlinked by its owner only: EACCES, as POSIX has it', () => {
    const queue = temporaryQueue(SMALL_SIZES);
    const details = { code: 'EACCES', errno: -13, syscall: 'mq_unlink', queue: queue.name };
    process.seteuid?.(12_345);
    try {
      const expected = errorLike(MessageQueueError, details, /owner/);
      assert.throws(() => {
        MessageQueue.unlink(queue.name);
      }, expected);
      assert.throws(() => {
        queue.unlink();
      }, expected);
      const open = { ...details, syscall: 'mq_open' };
      assert.throws(
        () => MessageQueue.open(queue.name),
        errorLike(MessageQueueError, open, /umask/),
      );
    } finally {
      process.seteuid?.(0);
    }
  });
});
