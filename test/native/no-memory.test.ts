import assert from 'node:assert/strict';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

const allocUnsafe = Buffer.allocUnsafe.bind(Buffer);

/** As where the process has no memory left: the next `times` times. */
function refuseMemory(times: number): void {
  let left = times;
  Buffer.allocUnsafe = (size) => {
    left -= 1;
    if (left < 0) return allocUnsafe(size);
    throw new RangeError('Array buffer allocation failed');
  };
}

describe('a message that a wait has brought, and for which there is no memory', () => {
  afterEach(() => {
    Buffer.allocUnsafe = allocUnsafe;
  });

  for (const wait of ['worker', 'loop'] as const) {
    it(`goes back, and is taken again (${wait})`, async () => {
      const queue = temporaryQueue({ wait });
      const receiving = queue.receive();
      await until(() => queue.waiting === wait, 'a wait');
      refuseMemory(1);
      queue.trySend('late', { priority: 3 });
      const message = await receiving;
      assert.deepEqual([message.text(), message.priority], ['late', 3]);
      assert.deepEqual([queue.currentMessages, queue.heldMessages], [0, 0]);
    });

    it(`goes back, and who is first is told (${wait})`, async () => {
      const queue = temporaryQueue({ wait });
      const receiving = queue.receive();
      await until(() => queue.waiting === wait, 'a wait');
      refuseMemory(2);
      queue.trySend('late', { priority: 3 });
      await assert.rejects(receiving, RangeError);
      const message = await queue.receive();
      assert.deepEqual([message.text(), message.priority], ['late', 3]);
    });
  }
});
