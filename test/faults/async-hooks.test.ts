import assert from 'node:assert/strict';
import { createHook, type AsyncHook } from 'node:async_hooks';
import { AbortError, type Message } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { until } from '../support/code.js';
import { slowdown } from '../support/sanitizer.js';

describe('an async hook that ends the process before a message was taken out of the inbox', () => {
  for (const where of ['process', 'thread']) {
    for (const wait of ['worker', 'loop']) {
      it(`leaves it in the queue (${wait}, ${where})`, async function () {
        this.timeout(60_000 * slowdown);
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

/** Calls `look` once, when the next message of a queue that is opened now was taken by the addon, and JavaScript has not got it. */
function lookBefore(look: () => void): AsyncHook {
  const own = new Set<number>();
  const hook = createHook({
    init(id, type) {
      if (type === 'MessageQueue') own.add(id);
    },
    before(id) {
      if (!own.has(id)) return;
      hook.disable();
      look();
    },
  });
  return hook.enable();
}

describe('an async hook that uses another queue before a message was taken out of the inbox', () => {
  for (const wait of ['worker', 'loop'] as const) {
    it(`finds nothing there, and the message arrives (${wait})`, async () => {
      const other = temporaryQueue();
      await other.send('other');
      let found: Message | null | undefined;
      const hook = lookBefore(() => (found = other.tryReceive()));
      const queue = temporaryQueue({ wait });
      const receiving = queue.receive();
      await until(() => queue.waiting === wait, 'a wait');
      await queue.send('own');
      assert.equal((await receiving).text(), 'own');
      hook.disable();
      assert.equal(found, null);
      assert.equal(other.tryReceive()?.text(), 'other');
      assert.deepEqual([queue.currentMessages, queue.heldMessages], [0, 0]);
    });
  }

  it('has it take what a wait has brought, and the message arrives', async () => {
    const other = temporaryQueue({ wait: 'worker' });
    const controller = new AbortController();
    const rejected = assert.rejects(other.receive({ signal: controller.signal }), AbortError);
    await until(() => other.waiting === 'worker', 'a wait');
    let found: Message | null | undefined;
    const hook = lookBefore(() => {
      other.trySend('other');
      // Its thread has it.
      while (other.currentMessages > 0);
      controller.abort();
      found = other.tryReceive();
    });
    const queue = temporaryQueue({ wait: 'worker' });
    const receiving = queue.receive();
    await until(() => queue.waiting === 'worker', 'a wait');
    queue.trySend('own');
    assert.equal((await receiving).text(), 'own');
    hook.disable();
    await rejected;
    assert.equal(found?.text(), 'other');
    assert.deepEqual([queue.currentMessages, queue.heldMessages], [0, 0]);
  });
});
