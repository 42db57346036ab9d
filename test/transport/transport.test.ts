import assert from 'node:assert/strict';
import { MessageQueue, MessageQueueError } from 'posix-mqueue';
import { PosixTransport, type Receiver, type Sender, type Transport } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { turn, Turn } from '#dist/queue/line/turn.js';
import { errorLike } from '../support/code.js';

const transports: [name: string, make: () => Transport][] = [
  ['PosixTransport', () => new PosixTransport()],
  ['MemoryTransport', () => new MemoryTransport()],
];

// What both do beyond the contract, so that tests in memory tell something about the kernel's queues.
for (const [title, make] of transports) {
  describe(title, () => {
    const opening = { create: true, maxMessages: 2, maxMessageSize: 16 };
    let transport: Transport;
    let name: string;
    let sender: Sender;
    let receiver: Receiver;

    beforeEach(async () => {
      transport = make();
      name = temporaryName();
      sender = await transport.openSender(name, opening);
      receiver = await transport.openReceiver(name);
    });
    afterEach(async () => {
      await sender.close();
      await receiver.close();
      await transport.unlink(name).catch(() => undefined);
    });

    const body = async (): Promise<string> => (await receiver.next()).body.toString();

    it('trySend sends at once, or not at all', async () => {
      await turn.opened();
      assert.equal(sender.trySend?.(Buffer.alloc(17), 0), false);
      assert.equal(sender.trySend?.(Buffer.from('low'), 0), true);
      assert.equal(sender.trySend?.(Buffer.from('high'), 1), true);
      assert.equal(sender.trySend?.(Buffer.from('full'), 2), false);
      const waiting = sender.send(Buffer.from('first in line'));
      assert.equal(await body(), 'high');
      await waiting;
      assert.deepEqual([await body(), await body()], ['low', 'first in line']);
      await sender.close();
      assert.equal(sender.trySend?.(Buffer.from('closed'), 0), false);
    });

    it('gives the event loop its turn between messages that never end', async () => {
      let turned = false;
      setImmediate(() => (turned = true));
      let messages = 0;
      while (!turned && messages < 5000) {
        await sender.send(Buffer.from('a'));
        await body();
        messages += 1;
      }
      assert.ok(messages <= Turn.limit, `${messages} messages within one turn`);
    });

    it('keeps the order over several turns', async () => {
      const numbers = Array.from({ length: 2 * Turn.limit }, (_, index) => String(index));
      const sent = Promise.all(numbers.map((each) => sender.send(Buffer.from(each))));
      const bodies = await Promise.all(numbers.map(() => body()));
      await sent;
      assert.deepEqual(bodies, numbers);
    });

    it('can give up what waits for its turn', async () => {
      const taken: Promise<string>[] = [];
      for (let count = 0; count < Turn.limit; count += 1) {
        void sender.send(Buffer.from('a'));
        taken.push(body());
      }
      const controller = new AbortController();
      const { signal } = controller;
      const isAbort = { code: 'ABORT_ERR', cause: 'why' };
      const aborted = [
        assert.rejects(sender.send(Buffer.from('b'), { signal }), isAbort),
        assert.rejects(receiver.next(signal), isAbort),
      ];
      controller.abort('why');
      await Promise.all(aborted);
      assert.deepEqual(new Set(await Promise.all(taken)), new Set(['a']));
      await sender.send(Buffer.from('c'));
      assert.equal(await body(), 'c');
    });

    it('has the errors of MessageQueue', async () => {
      const details = { code: 'EMSGSIZE', queue: name };
      const expected = errorLike(MessageQueueError, details, /17 bytes.*16/);
      await assert.rejects(sender.send(Buffer.alloc(17)), expected);
      const missing = temporaryName();
      const absent = errorLike(MessageQueueError, { code: 'ENOENT', queue: missing });
      await assert.rejects(transport.openReceiver(missing), absent);
      const again = transport.openSender(name, { ...opening, exclusive: true });
      await assert.rejects(again, errorLike(MessageQueueError, { code: 'EEXIST' }));
      assert.throws(() => transport.checkName?.('jobs'), { code: 'EINVAL' });
      assert.equal(transport.capabilities.exactCapacity, true);
    });

    it('keeps an unlinked queue for those who have it open', async () => {
      await transport.unlink(name);
      await sender.send(Buffer.from('a'));
      assert.equal(await body(), 'a');
      await assert.rejects(transport.stat(name), { code: 'ENOENT' });
    });
  });
}

describe('PosixTransport', () => {
  it('opens its queues with the options that it was made with', async () => {
    const name = temporaryName();
    const options = { mode: 0o640, exactMode: true };
    const opening = { create: true, maxMessages: 1, maxMessageSize: 8 };
    const sender = await new PosixTransport(options).openSender(name, opening);
    const queue = MessageQueue.open(name);
    assert.equal(queue.stat().mode, 0o640);
    await sender.close();
    await queue.close();
  });

  it('refuses a message that is not done once its receiver is closed', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const receiver = await new PosixTransport().openReceiver(queue.name);
    const delivery = await receiver.next();
    await receiver.close();
    await assert.rejects(delivery.nack(), { code: 'ERR_MQ_CLOSED' });
  });

  for (const [what, options, code] of [
    ['an option of the queue', { create: true }, 'ERR_MQ_UNKNOWN_OPTION'],
    ['a way of waiting that there is not', { wait: 'poll' }, 'ERR_INVALID_ARG_VALUE'],
  ] as const) {
    it(`is not made with ${what}`, () => {
      assert.throws(() => new PosixTransport(options as object), { code });
    });
  }
});

describe('MemoryTransport', () => {
  it('knows no option of the kernel', async () => {
    const opened = new MemoryTransport().openSender('/a', { create: true, mode: 0o600 } as object);
    await assert.rejects(opened, { code: 'ERR_MQ_UNKNOWN_OPTION' });
  });

  it('refuses redelivery: what it has goes with its process', async () => {
    const opened = new MemoryTransport().openReceiver('/a', { create: true, redelivery: true });
    const details = { code: 'ERR_MQ_UNSUPPORTED', queue: '/a' };
    await assert.rejects(opened, errorLike(MessageQueueError, details, /redelivery/));
  });
});
