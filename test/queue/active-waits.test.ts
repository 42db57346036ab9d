import assert from 'node:assert/strict';
import { activeWaits, type ActiveWait } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

describe('activeWaits()', () => {
  /** Of this queue: others of the process may wait as well. */
  function waitsOf(name: string): ActiveWait[] {
    return activeWaits().filter(({ queue }) => queue === name);
  }

  it('tells of a receive and of a send while they keep the process alive', async () => {
    const queue = temporaryQueue({ wait: 'loop', maxMessages: 1 });
    const { name } = queue;
    assert.deepEqual(waitsOf(name), []);
    const receiving = queue.receive();
    await until(() => queue.waiting !== null, 'a wait');
    assert.deepEqual(waitsOf(name), [{ queue: name, direction: 'receive', way: 'loop' }]);
    queue.unref();
    assert.deepEqual(waitsOf(name), []);
    queue.ref();
    await queue.send('x');
    await receiving;
    assert.deepEqual(waitsOf(name), []);

    await queue.send('first');
    const sending = queue.send('second');
    await until(() => waitsOf(name).length > 0, 'a wait that keeps the process');
    assert.deepEqual(waitsOf(name), [{ queue: name, direction: 'send', way: 'loop' }]);
    const rejected = assert.rejects(sending);
    await queue.close();
    await rejected;
    assert.deepEqual(waitsOf(name), []);
  });

  it('names the way', async () => {
    const queue = temporaryQueue({ wait: 'worker' });
    const rejected = assert.rejects(queue.receive());
    await until(() => queue.waiting !== null, 'a wait');
    assert.deepEqual(waitsOf(queue.name), [
      { queue: queue.name, direction: 'receive', way: 'worker' },
    ]);
    await queue.close();
    await rejected;
  });
});
