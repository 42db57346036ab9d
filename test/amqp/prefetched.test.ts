import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { Worker, type Receiver } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { broker, urls } from '../support/broker.js';
import { until } from '../support/code.js';
import { gate } from '../support/gate.js';

const REDELIVERY = { redelivery: true, concurrency: 3 };

describe('messages that a receiver was handed and nobody took when it is closed', function () {
  this.timeout(30_000);

  let transport: AmqpTransport;
  let other: AmqpTransport;
  let name: string;
  let receiver: Receiver;

  beforeEach(async () => {
    transport = new AmqpTransport({ urls });
    other = new AmqpTransport({ urls });
    name = temporaryName();
    const sender = await other.openSender(name, {
      create: true,
      maxMessages: 8,
      maxMessageSize: 64,
    });
    for (const body of ['a', 'b', 'c']) {
      await sender.send(Buffer.from(body), { priority: 3, headers: { of: body } });
    }
    await sender.close();
    receiver = await transport.openReceiver(name, REDELIVERY);
    assert.equal((await receiver.next()).body.toString(), 'a');
    // The broker has none that it did not hand out.
    while ((await other.stat(name)).messages > 0);
  });
  afterEach(async () => {
    await other.unlink(name);
    await Promise.all([transport.close(), other.close()]);
  });

  /** Of the next three messages, which are done then. */
  async function attempts(): Promise<Map<string, number>> {
    const next = await other.openReceiver(name, REDELIVERY);
    const found = new Map<string, number>();
    while (found.size < 3) {
      const delivery = await next.next();
      const body = delivery.body.toString();
      assert.deepEqual([delivery.priority, delivery.headers], [3, { of: body }]);
      found.set(body, delivery.attempts);
      await delivery.ack();
    }
    await next.close();
    return found;
  }

  it('are no attempts: only what was in hand is', async () => {
    await receiver.close();
    const found = await attempts();
    assert.deepEqual([found.get('a'), found.get('b'), found.get('c')], [1, 0, 0]);
    assert.equal((await other.stat(name)).messages, 0);
  });

  it('stay in the queue where the broker takes nothing just then, and the receiver is closed all the same', async () => {
    await broker('alarm');
    try {
      await receiver.close();
    } finally {
      await broker('calm');
    }
    const found = await attempts();
    assert.deepEqual([...found.keys()].toSorted(), ['a', 'b', 'c']);
  });
});

describe('what a worker has not done when its time is over', function () {
  this.timeout(30_000);

  it('comes again, though the worker lives and its queue is full', async () => {
    const [transport, other] = [new AmqpTransport({ urls }), new AmqpTransport({ urls })];
    const options = { requests: temporaryName(), codec: text, redelivery: true, maxMessages: 8 };
    const begun = gate();
    const worker = new Worker({ ...options, transport }, () => {
      begun.open();
      return new Promise(() => undefined);
    });
    worker.on('failure', ({ error }) => assert.fail(error as Error));
    const running = worker.run();
    await once(worker, 'ready');
    const sender = await other.openSender(options.requests);
    await sender.send(Buffer.from('long'), { priority: 3 });
    await begun.opened;
    for (let count = 0; count < 8; count += 1) await sender.send(Buffer.from('other'));
    await worker.close({ timeout: 1 });
    await running;
    assert.deepEqual([worker.stats().unfinished, worker.stats().failed], [1, 0]);
    const receiver = await other.openReceiver(options.requests, { redelivery: true });
    const { body, priority, attempts } = await receiver.next();
    assert.deepEqual([body.toString(), priority, attempts], ['long', 3, 1]);
    await other.unlink(options.requests);
    await Promise.all([transport.close(), other.close()]);
  });
});

describe('what a worker would have next, and is told to stop', function () {
  this.timeout(30_000);

  for (const [what, redelivery, tasks] of [
    ['by the broker beforehand', false, ['long']],
    ['when it has done one of two', true, ['long', 'short']],
  ] as const) {
    it(`another one has at once, though there is work in hand: what it was handed ${what}`, async () => {
      const [transport, other] = [new AmqpTransport({ urls }), new AmqpTransport({ urls })];
      const options = { requests: temporaryName(), codec: text, redelivery, maxMessages: 8 };
      const gates = new Map(tasks.map((task) => [task as string, gate()]));
      const taken: [who: string, task: string, attempts: number][] = [];
      const first = new Worker(
        { ...options, transport, concurrency: tasks.length },
        async (task, { attempts }) => {
          taken.push(['first', task, attempts]);
          await gates.get(task)?.opened;
        },
      );
      const second = new Worker({ ...options, transport: other }, (task, { attempts }) => {
        taken.push(['second', task, attempts]);
      });
      const running = [first.run()];
      await once(first, 'ready');
      const sender = await other.openSender(options.requests);
      for (const task of [...tasks, 'next']) await sender.send(Buffer.from(task));
      await until(() => taken.length === tasks.length, 'work in hand');
      while (!redelivery && (await other.stat(options.requests)).messages > 0);
      const closing = first.close();
      gates.get('short')?.open();
      running.push(second.run());
      await until(() => taken.length > tasks.length, 'the next one');
      assert.deepEqual(taken.at(-1), ['second', 'next', 0]);
      assert.equal(first.stats().inHand, 1);
      gates.get('long')?.open();
      await closing;
      await second.close();
      await Promise.all(running);
      await sender.close();
      assert.equal(taken.length, tasks.length + 1);
      await other.unlink(options.requests);
      await Promise.all([transport.close(), other.close()]);
    });
  }
});
