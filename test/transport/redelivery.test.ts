import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, MessageQueueError } from 'posix-mqueue';
import { PosixTransport, type Delivery, type Receiver } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, unlinkQuietly } from '../support/code.js';
import { LeaseEditor, leaseFiles } from '../support/leases.js';
import { canUnshare, runUnshared } from '../support/namespace.js';

describe('PosixTransport with redelivery', () => {
  const transport = new PosixTransport();
  let queue: MessageQueue;
  let open: Receiver[];

  beforeEach(() => {
    queue = temporaryQueue({ maxMessageSize: 16 });
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((each) => each.close()));
    // What a test leaves behind is worked off, so that no file stays.
    for (;;) {
      if (leaseFiles(queue.name).length === 0) break;
      const last = await transport.openReceiver(queue.name, { redelivery: true, concurrency: 9 });
      const rest = await allOf(last, 9, 50);
      await Promise.all(rest.map((each) => each.ack()));
      await last.close();
      if (rest.length === 0) break;
    }
  });

  const receiver = async (concurrency = 1): Promise<Receiver> => {
    const opened = await transport.openReceiver(queue.name, { redelivery: true, concurrency });
    open.push(opened);
    return opened;
  };
  const shown = ({ body, priority, attempts }: Delivery): [string, number, number] => [
    body.toString(),
    priority,
    attempts,
  ];
  /** What is there, up to so many messages, within so many milliseconds. */
  async function allOf(from: Receiver, most: number, milliseconds: number): Promise<Delivery[]> {
    const deliveries: Delivery[] = [];
    while (deliveries.length < most) {
      const next = await from.next(AbortSignal.timeout(milliseconds)).catch(() => null);
      if (next === null) break;
      deliveries.push(next);
    }
    return deliveries;
  }

  it('has that capability', () => {
    assert.equal(transport.capabilities.redelivery, true);
  });

  it('keeps what was not acknowledged for the next receiver, before what is in the queue', async () => {
    const first = await receiver(2);
    await queue.send('a', { priority: 3 });
    await queue.send('b', { priority: 5 });
    assert.deepEqual(shown(await first.next()), ['b', 5, 0]);
    assert.deepEqual(shown(await first.next()), ['a', 3, 0]);
    await queue.send('c', { priority: 9 });
    await first.close();
    const next = await receiver(3);
    const deliveries = [await next.next(), await next.next(), await next.next()];
    assert.deepEqual(deliveries.map(shown), [
      ['b', 5, 1],
      ['a', 3, 1],
      ['c', 9, 0],
    ]);
    await Promise.all(deliveries.map((each) => each.ack()));
    await next.close();
    assert.deepEqual(leaseFiles(queue.name), []);
  });

  it('gives it to one that waits already', async () => {
    const waiting = (await receiver()).next();
    const first = await transport.openReceiver(queue.name, { redelivery: true });
    await queue.send('a');
    await queue.send('b');
    const [taken, other] = await Promise.all([waiting, first.next()]);
    assert.deepEqual([taken.attempts, other.attempts], [0, 0]);
    await taken.ack();
    const again = (open[0] as Receiver).next();
    await first.close();
    assert.deepEqual(shown(await again), [other.body.toString(), 0, 1]);
    await (await again).ack();
  });

  it('keeps nothing that was acknowledged', async () => {
    const first = await receiver();
    for (const each of ['a', 'b']) await queue.send(each);
    await (await first.next()).ack();
    await (await first.next()).ack();
    await first.close();
    assert.deepEqual(leaseFiles(queue.name), []);
  });

  it('counts the receivers that had it', async () => {
    await queue.send('a');
    for (let attempts = 0; attempts < 4; attempts += 1) {
      const each = await receiver();
      assert.deepEqual(shown(await each.next()), ['a', 0, attempts]);
      await each.close();
    }
  });

  it('does not count one that never gave it to anybody', async () => {
    const first = await receiver();
    await queue.send('a');
    await first.next();
    await first.close();
    await (await receiver()).close();
    assert.deepEqual(shown(await (await receiver()).next()), ['a', 0, 1]);
  });

  it('puts what is not done into its queue again', async () => {
    const first = await receiver();
    await queue.send('a', { priority: 3 });
    await (await first.next()).nack();
    assert.equal(queue.currentMessages, 1);
    await first.close();
    assert.deepEqual(leaseFiles(queue.name), []);
    assert.deepEqual(shown(await (await receiver()).next()), ['a', 3, 0]);
  });

  it('does so with what another had before', async () => {
    const first = await receiver();
    await queue.send('a');
    await first.next();
    await first.close();
    const second = await receiver();
    await (await second.next()).nack();
    assert.equal(queue.currentMessages, 1);
    assert.deepEqual(leaseFiles(queue.name).length, 1);
  });

  it('keeps what finds no room there', async () => {
    const first = await receiver();
    await queue.send('a', { priority: 1 });
    const delivery = await first.next();
    while (queue.trySend('x'));
    await delivery.nack();
    const again = await first.next();
    assert.deepEqual(shown(again), ['a', 1, 0]);
    await again.ack();
  });

  it('keeps what is not to go back, and gives it to nobody', async () => {
    const first = await receiver();
    await queue.send('a');
    await (await first.next()).nack({ requeue: false });
    await first.close();
    const [file = ''] = leaseFiles(queue.name);
    const next = await receiver();
    assert.deepEqual(await allOf(next, 1, 20), []);
    const editor = new LeaseEditor(file);
    assert.equal(editor.read(editor.slot(0), 4).readUInt32LE(), 3);
    await queue.send('b');
    await (await next.next()).ack();
    // For the end of the test: held again.
    editor.writeNumber(editor.slot(0), 2);
  });

  it('refuses an acknowledgement once it is closed', async () => {
    const first = await receiver();
    await queue.send('a');
    const delivery = await first.next();
    await first.close();
    await assert.rejects(delivery.ack(), { code: 'ERR_MQ_CLOSED' });
    assert.deepEqual(shown(await (await receiver()).next()), ['a', 0, 1]);
  });

  it('takes the first word for it', async () => {
    const first = await receiver();
    await queue.send('a');
    const delivery = await first.next();
    await delivery.ack();
    await delivery.nack();
    await delivery.ack();
    assert.equal(queue.currentMessages, 0);
  });

  it('refuses more than may be in hand', async () => {
    const first = await receiver();
    for (const each of ['a', 'b']) await queue.send(each);
    await first.next();
    const expected = errorLike(MessageQueueError, { code: 'ENOBUFS' }, /[Aa]cknowledge them/);
    await assert.rejects(first.next(), expected);
  });

  it('puts what a wait brought too late into the queue again, when it is closed', async () => {
    const first = await receiver();
    const controller = new AbortController();
    const waiting = assert.rejects(first.next(controller.signal), { code: 'ABORT_ERR' });
    controller.abort();
    await queue.send('a');
    await waiting;
    await first.close();
    assert.equal(queue.currentMessages, 1);
    assert.deepEqual(leaseFiles(queue.name), []);
  });

  it('warns of a file that it cannot read, and leaves it', async () => {
    const first = await receiver();
    await queue.send('a');
    await first.next();
    await first.close();
    const [file = ''] = leaseFiles(queue.name);
    new LeaseEditor(file).writeNumber(8, 2);
    const warned = once(process, 'warning');
    assert.deepEqual(await allOf(await receiver(), 1, 20), []);
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, 'MQ_LEASE');
    assert.ok(warning.message.includes(file), warning.message);
    new LeaseEditor(file).writeNumber(8, 1);
  });

  it('goes on with a queue that is made anew, of larger messages', async () => {
    const name = temporaryName();
    const sizes = { create: true, maxMessages: 2, maxMessageSize: 16 };
    const before = MessageQueue.open(name, sizes);
    const first = await transport.openReceiver(name, {
      redelivery: true,
      concurrency: 2,
      follow: true,
    });
    await before.send('a');
    const old = await first.next();
    MessageQueue.unlink(name);
    const after = MessageQueue.open(name, { ...sizes, maxMessageSize: 64 });
    await after.send('b'.repeat(64));
    const next = await first.next();
    assert.equal(next.body.length, 64);
    assert.equal(leaseFiles(name).length, 2);
    await old.ack();
    assert.equal(leaseFiles(name).length, 1);
    await next.ack();
    await first.close();
    assert.deepEqual(leaseFiles(name), []);
    await Promise.all([before.close(), after.close()]);
    unlinkQuietly(name);
  });

  const problems: [what: string, prepare: string, code: string, text: RegExp][] = [
    [
      'shared memory is full',
      'mount -t tmpfs -o size=16k none /dev/shm',
      'ENOSPC',
      /\/dev\/shm is full/,
    ],
    [
      'the folder is open to others',
      'mount -t tmpfs none /dev/shm && mkdir -m 777 /dev/shm/posix-mqueue-$(id -u)',
      'EACCES',
      /not a folder of this user's alone/,
    ],
    [
      'the folder is a link',
      'mount -t tmpfs none /dev/shm && mkdir -m 700 /dev/shm/x && ln -s x /dev/shm/posix-mqueue-$(id -u)',
      'EACCES',
      /not a folder of this user's alone/,
    ],
    ['there is no shared memory', 'mount -t tmpfs -o ro none /dev/shm', 'EROFS', /\/dev\/shm/],
  ];
  for (const [what, prepare, code, text] of problems) {
    it(`tells at once when ${what}`, function () {
      if (!canUnshare()) this.skip();
      const printed = runUnshared(
        prepare,
        `import { Worker } from 'posix-mqueue/service';
         import { readdirSync } from 'node:fs';
         const worker = new Worker({ requests: '/jobs', redelivery: true, concurrency: 64 }, () => {});
         await worker.run().catch(({ code, message }) => console.log(code, message));
         const folder = '/dev/shm/posix-mqueue-' + process.geteuid();
         if ('${code}' === 'ENOSPC') console.log(readdirSync(folder).length);`,
      );
      assert.ok(printed.startsWith(code), printed);
      assert.match(printed, text);
      if (code === 'ENOSPC') assert.match(printed, /^0$/m);
    });
  }
});
