import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageQueue, MessageQueueError, type OpenOptions } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { errorLike, nextTurn, until } from '../../support/code.js';

// Half of the four threads that the pool has unless UV_THREADPOOL_SIZE says otherwise.
const BUDGET = 2;

const ways: [way: string, options: OpenOptions][] = [
  ['worker', { wait: 'worker' }],
  ['loop', { wait: 'loop' }],
  ['worker', { wait: 'auto' }],
  ['spin', { wait: 'auto', busyPoll: 1_000_000 }],
];

describe('waiting', () => {
  before('the pool has its default size', () => {
    assert.equal(process.env['UV_THREADPOOL_SIZE'], undefined);
  });

  for (const [way, options] of ways) {
    const title = `${way}, of ${JSON.stringify(options)}`;

    it(`delivers what another process sends (${title})`, async () => {
      const queue = temporaryQueue(options);
      const sender = MessageQueue.open(queue.name, { access: 'write' });
      for (const data of ['a', 'b', 'c']) {
        const receiving = queue.receive();
        await until(() => queue.waiting === way, 'a wait in the given way');
        sender.trySend(data, { priority: 2 });
        const message = await receiving;
        assert.deepEqual([message.text(), message.priority], [data, 2]);
      }
      assert.equal(queue.waiting, null);
      await sender.close();
    });

    it(`sends when there is room (${title})`, async () => {
      const queue = temporaryQueue({ ...options, maxMessages: 1 });
      const reader = MessageQueue.open(queue.name, { access: 'read' });
      await queue.send('0');
      for (let number = 1; number <= 3; number += 1) {
        const sending = queue.send(String(number), { priority: number });
        await nextTurn();
        assert.equal(reader.tryReceive()?.text(), String(number - 1));
        await sending;
        assert.equal(reader.currentMessages, 1);
      }
      await reader.close();
    });

    it(`waits in both directions at one time (${title})`, async () => {
      const queue = temporaryQueue({ ...options, maxMessages: 1 });
      const other = MessageQueue.open(queue.name);
      const receiving = queue.receive();
      await until(() => queue.waiting !== null, 'a wait');
      other.trySend('a');
      assert.equal((await receiving).text(), 'a');
      other.trySend('b');
      const sending = queue.send('c');
      await nextTurn();
      assert.equal(other.tryReceive()?.text(), 'b');
      await sending;
      assert.equal((await queue.receive()).text(), 'c');
      await other.close();
    });

    it(`keeps what came for an aborted receive (${title})`, async () => {
      const queue = temporaryQueue(options);
      const sender = MessageQueue.open(queue.name, { access: 'write' });
      const received: string[] = [];
      let sent = 0;
      for (let round = 0; round < 200; round += 1) {
        const controller = new AbortController();
        let settled = false;
        const receiving = queue
          .receive({ signal: controller.signal })
          .then(
            (message) => received.push(message.text()),
            (error: unknown) => assert.equal((error as Error).name, 'AbortError'),
          )
          .finally(() => (settled = true));
        if (round % 3 > 0)
          await until(() => queue.waiting !== null || settled, 'a wait, or its end');
        if (round % 2 === 0) controller.abort();
        if (sender.trySend(String(sent))) sent += 1;
        if (round % 2 > 0) controller.abort();
        await receiving;
        if (round % 4 === 3) {
          const message = queue.tryReceive();
          if (message !== null) received.push(message.text());
        }
      }
      for (;;) {
        const message = queue.tryReceive();
        if (message === null) break;
        received.push(message.text());
      }
      assert.deepEqual(
        received,
        Array.from({ length: sent }, (_, index) => String(index)),
      );
      assert.equal(queue.heldMessages, 0);
      await sender.close();
    });
  }

  it('uses no more than the budget of pool threads, and the loop for the others', async () => {
    const queues = Array.from({ length: 4 }, () => temporaryQueue());
    const receives = queues.map((queue) => assert.rejects(queue.receive()));
    const used = (): unknown[] => queues.map((queue) => queue.waiting);
    // Each is on the loop for a moment before it blocks a thread.
    await until(
      () => used().filter((way) => way === 'worker').length === BUDGET,
      'as many waits on pool threads as the budget has',
    );
    await delay(20);
    assert.deepEqual(used(), ['worker', 'worker', 'loop', 'loop']);
    for (const queue of queues) await queue.close();
    await Promise.all(receives);
  });

  it('goes over from the loop to a pool thread when one is free', async () => {
    const queues = Array.from({ length: 4 }, () => temporaryQueue());
    const [first, , third, fourth] = queues as [MessageQueue, ...MessageQueue[]];
    const receives = queues.map((queue) => assert.rejects(queue.receive()));
    await until(() => queues[BUDGET - 1]?.waiting === 'worker', 'a wait on a pool thread');
    await first.close();
    await until(() => third?.waiting === 'worker', 'a wait on a pool thread');
    assert.equal(fourth?.waiting, 'loop');
    for (const queue of queues) await queue.close();
    await Promise.all(receives);
  });

  it("refuses wait: 'worker' beyond the budget, and says so", async () => {
    const queues = Array.from({ length: BUDGET }, () => temporaryQueue({ wait: 'worker' }));
    const receives = queues.map((queue) => assert.rejects(queue.receive()));
    await until(
      () => queues.every((queue) => queue.waiting === 'worker'),
      'all of the queues waiting on pool threads',
    );
    const another = temporaryQueue({ wait: 'worker' });
    const details = { code: 'ERR_MQ_THREAD_POOL', syscall: 'mq_timedreceive', queue: another.name };
    const expected = errorLike(MessageQueueError, details, /2 of them.*UV_THREADPOOL_SIZE/);
    await assert.rejects(another.receive(), expected);
    for (const queue of queues) await queue.close();
    await Promise.all(receives);
    const receiving = another.receive();
    await another.send('x');
    assert.equal((await receiving).text(), 'x');
  });

  it("waits for a pool thread that comes back from a wait that was given up (wait: 'worker')", async () => {
    const queues = Array.from({ length: BUDGET + 1 }, () => temporaryQueue({ wait: 'worker' }));
    const controllers = queues.map(() => new AbortController());
    const receives = queues.map((queue, index) => {
      const receiving = queue.receive({ signal: controllers[index]?.signal });
      // Never more than one waits.
      if (index < BUDGET) controllers[index]?.abort();
      return receiving;
    });
    for (const receiving of receives.slice(0, BUDGET)) {
      await assert.rejects(receiving, { code: 'ABORT_ERR' });
    }
    const last = queues[BUDGET] as MessageQueue;
    let settled: unknown;
    const receiving = receives[BUDGET]?.then(
      (message) => (settled = message.text()),
      (error: unknown) => (settled = error),
    );
    await until(() => last.waiting === 'worker' || settled !== undefined, 'a wait, or its end');
    await last.send('x');
    await receiving;
    assert.equal(settled, 'x');
  });

  it('spins for its time only, then waits in the other way', async () => {
    const queue = temporaryQueue({ busyPoll: 100 });
    const receiving = queue.receive();
    await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
    await queue.send('x');
    assert.equal((await receiving).text(), 'x');
  });

  for (const [busyPoll, after, way] of [
    [undefined, 8, 'spin'],
    [undefined, 7, 'loop'],
    [0, 8, 'loop'],
  ] as const) {
    it(`busyPoll ${busyPoll}: begins with ${way} after ${after} messages at once`, async () => {
      const queue = temporaryQueue({ busyPoll, maxMessages: 8 });
      for (let index = 0; index < after; index += 1) await queue.send('x');
      assert.equal((await queue.receiveMany(8)).length, after);
      // On a busy machine the turn may be spent, and the wait would begin in the next one.
      await turn.opened();
      const receiving = queue.receive();
      // Before the event loop turns: it would end the spin.
      await new Promise((resolve) => {
        process.nextTick(resolve);
      });
      assert.equal(queue.waiting, way);
      await queue.send('y');
      assert.equal((await receiving).text(), 'y');
    });
  }

  it('spins less and less in vain', async () => {
    const queue = temporaryQueue({ maxMessages: 8 });
    const began: unknown[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 8; index += 1) await queue.send('x');
      await queue.receiveMany(8);
      await turn.opened();
      const receiving = queue.receive();
      await new Promise((resolve) => {
        process.nextTick(resolve);
      });
      began.push(queue.waiting);
      await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
      await queue.send('y');
      await receiving;
    }
    assert.deepEqual(began, ['spin', 'worker', 'worker']);
  });

  it('tells how many a wait on the loop had sent when it is given up', async () => {
    const queue = temporaryQueue({ wait: 'loop', maxMessages: 2 });
    const reader = MessageQueue.open(queue.name, { access: 'read' });
    const writer = queue.createWriteStream();
    const failed = new Promise<unknown>((resolve) => {
      writer.once('error', () => undefined);
      writer.cork();
      for (let number = 0; number < 6; number += 1) writer.write(String(number), resolve);
      writer.uncork();
    });
    assert.equal((await reader.receive()).text(), '0');
    await until(() => reader.currentMessages === 2, 'two messages in the queue');
    writer.destroy();
    assert.equal(((await failed) as MessageQueueError).sent, 3);
    const rest = [reader.tryReceive(), reader.tryReceive(), reader.tryReceive()];
    assert.deepEqual(
      rest.map((each) => each?.text()),
      ['1', '2', undefined],
    );
    await reader.close();
  });

  it('lets the event loop turn while it spins', async () => {
    const queue = temporaryQueue({ busyPoll: 1_000_000 });
    const receiving = queue.receive();
    await until(() => queue.waiting === 'spin', 'a spin');
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    assert.equal(queue.waiting, 'spin');
    await queue.send('x');
    await receiving;
  });

  it('leaves the pool thread when it is unreferenced, and takes it again', async () => {
    const queue = temporaryQueue();
    const receiving = queue.receive();
    await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
    queue.unref();
    await until(() => queue.waiting === 'loop', 'a wait on the event loop');
    queue.ref();
    await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
    await queue.send('x');
    assert.equal((await receiving).text(), 'x');
  });

  it('cannot unreference a blocked thread', () => {
    const queue = temporaryQueue({ wait: 'worker' });
    const details = { code: 'ERR_MQ_UNREF', queue: queue.name };
    assert.throws(() => queue.unref(), errorLike(MessageQueueError, details, /'auto' or 'loop'/));
  });

  it('takes no more than what the waiting receives want', async () => {
    for (const wait of ['worker', 'loop'] as const) {
      const queue = temporaryQueue({ wait });
      const sender = MessageQueue.open(queue.name, { access: 'write' });
      const controllers = [0, 1, 2].map(() => new AbortController());
      const receives = controllers.map(({ signal }) => queue.receive({ signal }));
      await until(() => queue.waiting === wait, 'a wait in the given way');
      controllers[1]?.abort();
      controllers[2]?.abort();
      await Promise.allSettled(receives.slice(1));
      for (const data of ['a', 'b', 'c']) sender.trySend(data);
      assert.equal((await receives[0])?.text(), 'a');
      assert.equal(queue.heldMessages + sender.currentMessages, 2);
      // A message that came before the cancel is held; nothing after it is.
      assert.ok(queue.heldMessages <= 2);
      assert.deepEqual([queue.tryReceive()?.text(), queue.tryReceive()?.text()], ['b', 'c']);
      await sender.close();
    }
  });

  it('serves those who wait with what is handed back, first of all', async () => {
    const queue = temporaryQueue();
    for (const data of ['a', 'b']) await queue.send(data);
    const stream = queue.createReadStream({ highWaterMark: 2 });
    stream.on('readable', () => undefined);
    await until(() => stream.readableLength === 2, 'two chunks in the buffer');
    const receiving = queue.receive();
    await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
    stream.destroy();
    assert.equal((await receiving).text(), 'a');
    assert.equal(queue.heldMessages, 1);
    assert.equal((await queue.receive()).text(), 'b');
    await until(() => queue.waiting === null, 'the end of the wait');
  });
});
