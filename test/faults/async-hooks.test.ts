import assert from 'node:assert/strict';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { until } from '../support/code.js';

describe('an async hook that ends the process before a message was taken out of the inbox', () => {
  for (const where of ['process', 'thread']) {
    for (const wait of ['worker', 'loop']) {
      it(`leaves it in the queue (${wait}, ${where})`, async function () {
        this.timeout(60_000);
        const queue = temporaryQueue();
        const child = runFixture('hook-exits', [queue.name, wait, where]);
        await child.printed('waiting');
        await queue.send('once');
        const { code, stdout, stderr } = await child.end;
        assert.deepEqual([code, stdout, stderr], [0, 'waiting', '']);
        await until(() => queue.currentMessages === 1, 'a message in the queue');
        assert.equal(queue.tryReceive()?.text(), 'once');
      });
    }
  }
});
