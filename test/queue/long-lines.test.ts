import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Message, type MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { coreOf } from '#dist/message-queue/message-queue.js';
import { HeldMessages } from '#dist/queue/line/held-messages.js';
import { Line } from '#dist/base/line.js';
import { MemoryQueue } from '#dist/transport/memory-queue.js';
import { until } from '../support/code.js';

const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const inOrder = (count: number, settle: (index: number) => Promise<unknown>): Promise<number[]> => {
  const order: number[] = [];
  const each = async (index: number): Promise<void> => {
    await settle(index).catch(() => undefined);
    order.push(index);
  };
  return Promise.all(indexes(count).map(each)).then(() => order);
};

describe('a line', () => {
  it('serves who came first, and closes the gap of who left', () => {
    const line = new Line<string>();
    const places = ['a', 'b', 'c', 'd'].map((each) => line.push(each));
    assert.equal(line.leave(places[1]), true);
    assert.equal(line.leave(places[1]), false);
    assert.deepEqual([line.length, line.values()], [3, ['a', 'c', 'd']]);
    assert.equal(line.shift(), 'a');
    assert.equal(line.leave(places[0]), false);
    assert.equal(line.leave(places[3]), true);
    line.push('e');
    assert.deepEqual(line.take(9), ['c', 'e']);
    assert.deepEqual([line.length, line.front, line.shift()], [0, undefined, undefined]);
  });

  it('lets one in as far ahead as it may', () => {
    const line = new Line<number>();
    for (const priority of [1, 3, 1, 2, 3]) line.insert(priority, (other) => other >= priority);
    assert.deepEqual(line.values(), [3, 3, 2, 1, 1]);
  });

  it('knows a place of another line from one of its own', () => {
    const line = new Line<string>();
    line.push('a');
    assert.equal(line.leave(new Line<string>().push('b')), false);
    assert.equal(line.length, 1);
  });
});

describe('held messages', () => {
  it("come out in the kernel's order, in whatever order they came", () => {
    const held = new HeldMessages();
    const [a, b, c, d, e] = [0, 2, 0, 2, 1].map((priority) => new Message(Buffer.of(), priority));
    held.addTaken([b, a] as Message[]);
    held.add([d, c] as Message[]);
    assert.deepEqual(held.take(2), [b, d]);
    held.addTaken([e] as Message[]);
    assert.deepEqual([held.size, held.takeOne()], [3, e]);
    assert.deepEqual([held.take(9), held.size], [[a, c], 0]);
  });
});

describe('many who wait', () => {
  const COUNT = 2000;

  /** A place in line that counts how often it is looked at. */
  async function looksOf(queue: MessageQueue, end: (leave: () => void) => void): Promise<number> {
    const { receives } = coreOf(queue);
    let looks = 0;
    const tickets = indexes(COUNT).map(() => ({
      get want() {
        looks += 1;
        return 1;
      },
      deliver: () => undefined,
      ended: () => undefined,
      fail: () => undefined,
    }));
    for (const ticket of tickets) receives.join(ticket);
    await until(() => queue.waiting !== null, 'a wait');
    looks = 0;
    end(() => {
      for (const ticket of tickets) receives.leave(ticket);
    });
    return looks;
  }

  it('leave a line together without looking at each other', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 16 });
    const looks = await looksOf(queue, (leave) => {
      leave();
    });
    assert.ok(looks <= COUNT, `${looks} looks`);
    assert.equal(await queue.send('x').then(() => queue.tryReceive()?.text()), 'x');
  });

  for (const what of ['receive', 'send'] as const) {
    it(`have one listener at a signal that they share (${what})`, async () => {
      const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 16, wait: 'loop' });
      if (what === 'send') queue.trySend('x');
      const { signal } = new AbortController();
      const short = new AbortController();
      const both = AbortSignal.any([short.signal]);
      const waits = inOrder(20, (index) => {
        const options = { signal: index % 2 === 0 ? both : signal };
        return what === 'send' ? queue.send('y', options) : queue.receive(options);
      });
      assert.equal(getEventListeners(signal, 'abort').length, 1);
      assert.equal(getEventListeners(both, 'abort').length, 1);
      short.abort();
      assert.equal(getEventListeners(both, 'abort').length, 0);
      await queue.close();
      assert.equal(getEventListeners(signal, 'abort').length, 0);
      const order = await waits;
      const even = indexes(10).map((index) => index * 2);
      assert.deepEqual(order, [...even, ...even.map((index) => index + 1)]);
    });
  }

  it('are told of a close in their order', async () => {
    for (const wait of ['loop', 'worker'] as const) {
      const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 16, wait });
      queue.trySend('x');
      const sends = inOrder(5, () => queue.send('y'));
      const receiver = temporaryQueue({ maxMessages: 1, maxMessageSize: 16, wait: 'loop' });
      const receives = inOrder(5, () => receiver.receive());
      await Promise.all([queue.close(), receiver.close()]);
      assert.deepEqual(await receives, [0, 1, 2, 3, 4]);
      // The first one's message may be in the kernel already, so its answer takes longer.
      assert.deepEqual(
        (await sends).filter((index) => index > 0),
        [1, 2, 3, 4],
      );
    }
  });

  it('in memory have one listener at a signal too, and leave in their order', async () => {
    const queue = new MemoryQueue('/memory', 1, 16);
    const controller = new AbortController();
    const owner = {};
    const { signal } = controller;
    const waits = inOrder(6, (index) => queue.receive(index < 3 ? owner : {}, signal));
    assert.equal(getEventListeners(signal, 'abort').length, 1);
    queue.leave(owner);
    controller.abort();
    assert.deepEqual(await waits, [0, 1, 2, 3, 4, 5]);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
