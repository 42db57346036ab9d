import assert from 'node:assert/strict';
import { once } from 'node:events';
import { tee, type Receiver, type Sender, type Tee } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

const SIZES = { create: true, maxMessages: 2, maxMessageSize: 64 };

describe('tee', () => {
  const remote = new MemoryTransport({ properties: true });
  let sender: Sender;
  let receivers: Receiver[];
  let copies: Tee;

  const end = (queue: string): { queue: string; transport: MemoryTransport } => {
    return { queue, transport: remote };
  };
  beforeEach(async () => {
    sender = await remote.openSender('/from', SIZES);
    receivers = await Promise.all(['/a', '/b'].map((name) => remote.openReceiver(name, SIZES)));
  });
  afterEach(async () => {
    await copies.close({ timeout: 0 });
    await Promise.all([sender, ...receivers].map((each) => each.close()));
    await Promise.all(['/from', '/a', '/b'].map((name) => remote.unlink(name)));
  });

  it('keeps properties where both sides carry them, and leaves them out elsewhere', async () => {
    const local = temporaryQueue({ maxMessages: 2, maxMessageSize: 64 });
    copies = tee(end('/from'), [end('/a'), { queue: local.name }]);
    const running = copies.run();
    await sender.send(Buffer.from('a'), { priority: 3, correlationId: '7' });
    const delivery = await receivers[0]?.next();
    assert.deepEqual(
      [delivery?.body.toString(), delivery?.priority, delivery?.correlationId],
      ['a', 3, '7'],
    );
    const { data, priority } = await local.receive();
    assert.deepEqual([data.toString(), priority], ['a', 3]);
    await copies.close();
    await running;
    const { received, sent, inHand, latency } = copies.stats();
    assert.deepEqual([received, sent, inHand, latency.count], [1, 1, 0, 1]);
  });

  it('ends by a queue that fails, though another one is full, and keeps the message', async () => {
    class Broken extends MemoryTransport {
      override async openSender(
        ...given: Parameters<MemoryTransport['openSender']>
      ): Promise<Sender> {
        const opened = await super.openSender(...given);
        opened.trySend = () => false;
        opened.send = () => Promise.reject(new Error('gone'));
        return opened;
      }
    }
    const full = await remote.openSender('/a');
    for (const each of ['1', '2']) await full.send(Buffer.from(each));
    await full.close();
    copies = tee(end('/from'), [end('/a'), { queue: '/c', transport: new Broken(), ...SIZES }]);
    await sender.send(Buffer.from('a'));
    await assert.rejects(copies.run(), /gone/);
    assert.equal((await remote.stat('/from')).messages, 1);
    assert.equal((await remote.stat('/a')).messages, 2);
  });

  it('takes no more than it is to', async () => {
    for (const each of ['1', '2']) await sender.send(Buffer.from(each));
    copies = tee(end('/from'), [end('/a'), end('/b')], { count: 1 });
    const closed = once(copies, 'close');
    await copies.run();
    await closed;
    assert.equal((await remote.stat('/from')).messages, 1);
    for (const name of ['/a', '/b']) assert.equal((await remote.stat(name)).messages, 1);
  });

  it('holds up all for one that is full', async () => {
    copies = tee(end('/from'), [end('/a'), end('/b')]);
    void copies.run();
    const drained = (async () => {
      for (;;) await receivers[0]?.next();
    })();
    drained.catch(() => undefined);
    for (const each of ['1', '2', '3', '4', '5']) await sender.send(Buffer.from(each));
    await until(() => copies.stats().inHand === 1, 'one in hand');
    assert.equal(copies.stats().sent, 2);
    assert.equal((await remote.stat('/from')).messages, 2);
  });

  for (const [what, given, code] of [
    ['no queue', [{ queue: '/a' }, []], 'ERR_INVALID_ARG_TYPE'],
    [
      'one queue twice',
      [{ queue: '/a' }, [{ queue: '/b' }, { queue: '/b' }]],
      'ERR_INVALID_ARG_VALUE',
    ],
    ['its own queue', [{ queue: '/a' }, [{ queue: '/a' }]], 'ERR_INVALID_ARG_VALUE'],
    ['a count of 0', [{ queue: '/a' }, [{ queue: '/b' }], { count: 0 }], 'ERR_OUT_OF_RANGE'],
    ['a name that no queue has', [{ queue: '/a' }, [{ queue: 'b' }]], 'EINVAL'],
  ] as [string, Parameters<typeof tee>, string][]) {
    it(`is not made with ${what}`, () => {
      copies = tee({ queue: '/a' }, [{ queue: '/b' }]);
      assert.throws(() => tee(...given), { code });
    });
  }
});
