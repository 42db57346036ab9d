import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, MessageQueueError } from 'posix-mqueue';
import {
  bridge,
  PosixTransport,
  type Bridge,
  type BridgeOptions,
  type Receiver,
  type Sender,
} from 'posix-mqueue/service';
import { MemoryTransport, temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { errorLike, nextTurn, unlinkQuietly, until } from '../support/code.js';
import { leaseFiles } from '../support/leases.js';

describe('bridge', () => {
  const remote = new MemoryTransport({ properties: true });
  const sizes = { create: true, maxMessages: 2, maxMessageSize: 64 };
  let local: MessageQueue;
  let to: string;
  let receiver: Receiver;
  let link: Bridge;
  let running: Promise<void>;

  beforeEach(async () => {
    local = temporaryQueue({ maxMessages: 4, maxMessageSize: 128 });
    to = temporaryName();
    receiver = await remote.openReceiver(to, sizes);
  });
  afterEach(async () => {
    await link.close({ timeout: 0 });
    await receiver.close();
    await remote.unlink(to).catch(() => undefined);
  });

  async function start(options: BridgeOptions = {}): Promise<void> {
    link = bridge({ queue: local.name }, { queue: to, transport: remote }, options);
    const ready = once(link, 'ready');
    running = link.run();
    running.catch(() => undefined);
    await ready;
  }
  const text = async (): Promise<string> => (await receiver.next()).body.toString();
  const texts = async (count: number): Promise<string[]> => {
    const all: string[] = [];
    while (all.length < count) all.push(await text());
    return all;
  };

  it('passes messages on with their priority, and one at a time in their order', async () => {
    await local.send('low', { priority: 1 });
    await local.send('high', { priority: 9 });
    await start();
    const first = await receiver.next();
    assert.deepEqual([first.body.toString(), first.priority], ['high', 9]);
    const second = await receiver.next();
    assert.deepEqual([second.body.toString(), second.priority], ['low', 1]);
    for (const each of ['a', 'b', 'c', 'd']) void local.send(each);
    assert.deepEqual(await texts(4), ['a', 'b', 'c', 'd']);
    await link.close();
    await running;
    const { received, sent, inHand, latency } = link.stats();
    assert.deepEqual([received, sent, inHand, latency.count], [6, 6, 0, 6]);
    assert.deepEqual(leaseFiles(local.name), []);
  });

  it('fills the queue before it while the other side is full', async () => {
    await start();
    // Two there, one in hand, four here.
    for (let number = 0; number < 7; number += 1) await local.send(String(number));
    await until(() => link.stats().inHand === 1 && local.currentMessages === 4, 'a full queue');
    await nextTurn();
    assert.equal(local.trySend('more'), false);
    assert.deepEqual(await texts(7), ['0', '1', '2', '3', '4', '5', '6']);
  });

  it('keeps properties where both sides carry them, and leaves them out elsewhere', async () => {
    const properties = { correlationId: '7', headers: { a: 1 } };
    const other = new MemoryTransport({ properties: true });
    const sender = await other.openSender(to, sizes);
    await sender.send(Buffer.from('a'), properties);
    await sender.send(Buffer.from('b'), properties);
    link = bridge({ queue: to, transport: other }, { queue: to, transport: remote });
    running = link.run();
    const { correlationId, headers } = await receiver.next();
    assert.deepEqual({ correlationId, headers }, properties);
    assert.equal(await text(), 'b');
    await link.close();
    await sender.send(Buffer.from('c'), properties);
    link = bridge({ queue: to, transport: other }, { queue: local.name });
    running = link.run();
    assert.equal((await local.receive()).text(), 'c');
  });

  it('gives back what is in hand when it is closed and the time is over', async () => {
    await start();
    for (const each of ['a', 'b', 'c']) await local.send(each);
    await until(() => link.stats().received === 3, 'a message in hand');
    await link.close({ timeout: 5 });
    await running;
    assert.deepEqual(await texts(2), ['a', 'b']);
    assert.equal((await local.receive()).text(), 'c');
    assert.deepEqual(leaseFiles(local.name), []);
  });

  it('ends by its signal, with what is in hand on the other side', async () => {
    const controller = new AbortController();
    link = bridge({ queue: local.name }, { queue: to, transport: remote });
    await local.send('a');
    running = link.run({ signal: controller.signal });
    assert.equal(await text(), 'a');
    controller.abort();
    await running;
  });

  it('has several on their way where it may', async () => {
    await start({ concurrency: 3 });
    for (let number = 0; number < 5; number += 1) await local.send(String(number));
    await until(() => link.stats().inHand === 3, 'three in hand');
    assert.deepEqual((await texts(5)).toSorted(), ['0', '1', '2', '3', '4']);
  });

  it('ends by a message that is too large for the other side, and keeps it', async () => {
    await local.send('x'.repeat(65));
    await start();
    const details = { code: 'EMSGSIZE', queue: to };
    await assert.rejects(running, errorLike(MessageQueueError, details, /65 bytes.*deadLetter/));
    assert.equal(local.currentMessages, 1);
    assert.deepEqual(leaseFiles(local.name), []);
  });

  it('puts it among the dead letters where there are any, and goes on', async () => {
    const deadLetter = temporaryName();
    await start({ deadLetter });
    const failed = once(link, 'failure');
    await local.send('x'.repeat(65), { priority: 3 });
    await local.send('a');
    const [{ message, error }] = (await failed) as [
      { message: { priority: number }; error: Error },
    ];
    assert.deepEqual([message.priority, (error as MessageQueueError).code], [3, 'EMSGSIZE']);
    assert.equal(await text(), 'a');
    const letters = MessageQueue.open(deadLetter);
    const letter = await letters.receive();
    const { reason, from, original } = decodeDeadLetter(letter.data);
    assert.deepEqual([reason, from, original.length], ['size', local.name, 65]);
    assert.equal(letter.priority, 3);
    await letters.close();
    assert.equal(link.stats().failed, 1);
  });

  it('tells that a queue is missing, and makes one where it is to', async () => {
    const missing = temporaryName();
    for (const [from, other] of [
      [local.name, missing],
      [missing, local.name],
    ] as const) {
      link = bridge({ queue: from }, { queue: other });
      const expected = errorLike(MessageQueueError, { code: 'ENOENT', queue: missing }, /create/);
      await assert.rejects(link.run(), expected);
    }
    link = bridge({ queue: local.name }, { queue: missing, ...sizes });
    running = link.run();
    await local.send('a');
    await once(link, 'ready');
    const made = MessageQueue.open(missing);
    assert.deepEqual([made.maxMessages, (await made.receive()).text()], [2, 'a']);
    await made.close();
  });

  it('goes on with the queue that is made anew under the name of the other side', async () => {
    const name = temporaryName();
    const before = MessageQueue.open(name, sizes);
    link = bridge({ queue: local.name }, { queue: name });
    running = link.run();
    await local.send('a');
    assert.equal((await before.receive()).text(), 'a');
    const unlinked = once(link, 'unlinked');
    MessageQueue.unlink(name);
    await local.send('b');
    await unlinked;
    const after = MessageQueue.open(name, sizes);
    assert.equal((await after.receive()).text(), 'b');
    await Promise.all([before.close(), after.close()]);
    unlinkQuietly(name);
  });

  it('keeps a message in its queue when the other side fails', async () => {
    class Broken extends MemoryTransport {
      override async openSender(
        ...given: Parameters<MemoryTransport['openSender']>
      ): Promise<Sender> {
        const sender = await super.openSender(...given);
        sender.send = () => Promise.reject(new Error('gone'));
        return sender;
      }
    }
    link = bridge({ queue: local.name }, { queue: to, transport: new Broken(), ...sizes });
    await local.send('a', { priority: 2 });
    await assert.rejects(link.run(), /gone/);
    assert.equal(local.currentMessages, 1);
    assert.deepEqual(leaseFiles(local.name), []);
  });

  const bad: [what: string, given: Parameters<typeof bridge>, code: string][] = [
    ['the same queue twice', [{ queue: '/a' }, { queue: '/a' }], 'ERR_INVALID_ARG_VALUE'],
    [
      'the same queue of one transport twice',
      [
        { queue: '/a', transport: remote },
        { queue: '/a', transport: remote },
      ],
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'its own queue for dead letters',
      [{ queue: '/a' }, { queue: '/b' }, { deadLetter: '/a' }],
      'ERR_INVALID_ARG_VALUE',
    ],
    ['no queue', [{} as never, { queue: '/a' }], 'ERR_INVALID_ARG_TYPE'],
    ['a name that no queue has', [{ queue: '/a' }, { queue: 'b' }], 'EINVAL'],
    [
      'an unknown option',
      [{ queue: '/a' }, { queue: '/b' }, { spol: 'x' } as never],
      'ERR_MQ_UNKNOWN_OPTION',
    ],
    [
      'no transport',
      [{ queue: '/a', transport: {} as PosixTransport }, { queue: '/b' }],
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'too small a spool file',
      [{ queue: '/a' }, { queue: '/b' }, { spool: 'x', maxSpoolSize: 10 }],
      'ERR_OUT_OF_RANGE',
    ],
  ];
  for (const [what, given, code] of bad) {
    it(`is not made with ${what}`, () => {
      link = bridge({ queue: '/a' }, { queue: '/b' });
      assert.throws(() => bridge(...given), { code });
    });
  }
});
