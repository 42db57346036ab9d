import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:os';
import { Worker } from 'node:worker_threads';
import { coreOf } from '#dist/message-queue/message-queue.js';
import type { NativeQueue } from '#dist/native/binding.js';
import { native } from '#dist/native/native.js';
import type { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../../support/code.js';
import { slowdown } from '../../support/sanitizer.js';

const BUDGET = 2;
const O_RDWR = 2;
const SIZES = { maxMessages: 1, maxMessageSize: 16 };

describe('a pool thread of the budget', function () {
  this.timeout(20_000 * slowdown);

  it('that one wait gives up is the next one’s, whoever waits for one', async () => {
    const first = Array.from({ length: BUDGET }, () => temporaryQueue(SIZES));
    for (const queue of first) void queue.receive().catch(() => undefined);
    await until(
      () => first.every((queue) => queue.waiting === 'worker'),
      'all of the queues waiting on pool threads',
    );
    const others = Array.from({ length: 4 }, () => temporaryQueue(SIZES).name);
    const thread = new Worker(new URL('../../fixtures/grabs.js', import.meta.url), {
      workerData: others,
    });
    for (let round = 0; round < 20; round += 1) {
      await until(
        () => first.every((queue) => queue.waiting === 'worker'),
        'all of the queues waiting on pool threads',
      );
      thread.postMessage('begin');
      await once(thread, 'message');
      const queue = temporaryQueue(SIZES);
      assert.equal(coreOf(queue).claimThread(), true);
      void queue.receive().catch(() => undefined);
      await until(() => queue.waiting === 'worker', 'a wait on a pool thread');
      await until(
        () => first.filter(({ waiting }) => waiting === 'worker').length === 1,
        'one wait on a pool thread',
      );
      await queue.close();
      thread.postMessage('end');
      await once(thread, 'message');
    }
    await thread.terminate();
    await Promise.all(first.map((queue) => queue.close()));
  });

  it('that is on its way to a queue is nobody else’s', async () => {
    const queues = Array.from({ length: BUDGET + 1 }, () => {
      const { name } = temporaryQueue(SIZES);
      return native.open(name, O_RDWR, 0, 0, 0) as NativeQueue;
    });
    const [first, second, third] = queues as [NativeQueue, NativeQueue, NativeQueue];
    assert.deepEqual(
      [
        first.beginReceive(native.facts.ways.worker, 1, 0),
        second.beginReceive(native.facts.ways.worker, 1, 0),
      ],
      [0, 0],
    );
    const back = new Promise((resolve) => (first.onreceive = resolve));
    assert.equal(first.yieldThread(false), true);
    assert.equal(third.beginReceive(native.facts.ways.worker, 1, 0), -constants.errno.EBUSY);
    assert.equal(third.reserveThread(), true);
    if (!first.cancelReceive()) await back;
    assert.equal(third.beginReceive(native.facts.ways.worker, 1, 0), 0);
    for (const queue of [second, third]) queue.settleReceive();
    assert.deepEqual(
      queues.map((queue) => queue.close()),
      [0, 0, 0],
    );
  });

  it('that was given up is free at once', async () => {
    const queues = Array.from({ length: BUDGET + 1 }, () =>
      temporaryQueue({ ...SIZES, wait: 'worker' }),
    );
    const [first, second, third] = queues as [MessageQueue, MessageQueue, MessageQueue];
    const controller = new AbortController();
    const given = first.receive({ signal: controller.signal });
    const kept = second.receive();
    await until(
      () => [first, second].every(({ waiting }) => waiting === 'worker'),
      'all of the queues waiting on pool threads',
    );
    controller.abort();
    // This settles the wait that was given up.
    assert.equal(first.tryReceive(), null);
    const receiving = third.receive();
    await assert.rejects(given, { name: 'AbortError' });
    await until(() => third.waiting !== null, 'a wait');
    assert.equal(third.waiting, 'worker');
    third.trySend('x');
    second.trySend('y');
    assert.deepEqual([(await receiving).text(), (await kept).text()], ['x', 'y']);
  });
});
