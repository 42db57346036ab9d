import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { MessageQueue, MessageQueueError } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn } from '../support/code.js';

const SMALL = { create: true, maxMessages: 1, maxMessageSize: 16 };

describe('MessageQueue.waitFor()', () => {
  it('opens a queue that is there at once', async () => {
    const { name } = temporaryQueue();
    const queue = await MessageQueue.waitFor(name, { access: 'write', timeout: 0 });
    assert.equal(queue.name, name);
    assert.equal(queue.trySend('x'), true);
    await queue.close();
  });

  it('opens it when somebody has created it', async () => {
    const name = temporaryName();
    const opening = MessageQueue.waitFor(name);
    await nextTurn();
    const creator = MessageQueue.open(name, SMALL);
    const queue = await opening;
    creator.trySend('x');
    assert.equal(queue.tryReceive()?.text(), 'x');
    await queue.close();
    await creator.close();
  });

  it('gives up in time', async () => {
    const name = temporaryName();
    const details = { code: 'ETIMEDOUT', syscall: 'mq_open', queue: name };
    for (const timeout of [0, 5]) {
      const began = performance.now();
      const expected = errorLike(MessageQueueError, details, /no queue .* within/);
      await assert.rejects(MessageQueue.waitFor(name, { timeout }), expected);
      assert.ok(performance.now() - began >= timeout);
    }
  });

  it('gives up by a signal, and leaves no listener', async () => {
    const name = temporaryName();
    const controller = new AbortController();
    const { signal } = controller;
    const opening = MessageQueue.waitFor(name, { signal });
    controller.abort(new Error('enough'));
    await assert.rejects(opening, { name: 'AbortError', cause: new Error('enough'), queue: name });
    await assert.rejects(MessageQueue.waitFor(name, { signal }), { code: 'ABORT_ERR' });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('does not wait for what cannot come', async () => {
    for (const name of ['/', 'x', '/a/b']) {
      await assert.rejects(MessageQueue.waitFor(name), TypeError);
    }
    await assert.rejects(MessageQueue.waitFor('/x', { create: true } as never), {
      code: 'ERR_MQ_UNKNOWN_OPTION',
    });
    if (process.geteuid?.() !== 0) return;
    const { name } = temporaryQueue();
    process.seteuid?.(12_345);
    const refused = assert.rejects(MessageQueue.waitFor(name), { code: 'EACCES' });
    await refused.finally(() => process.seteuid?.(0));
  });
});
