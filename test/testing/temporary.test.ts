import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import {
  mochaHooks,
  removeTemporaryQueues,
  temporaryName,
  temporaryQueue,
} from 'posix-mqueue/testing';
import { Child, runFixture } from '../support/child.js';
import { exists } from '../support/exists.js';

describe('temporaryQueue', () => {
  let previous: string | undefined;
  let inHook: MessageQueue;
  const inBefore: { queue?: MessageQueue } = {};

  before(() => {
    inBefore.queue = temporaryQueue();
  });
  beforeEach(() => {
    inHook = temporaryQueue();
  });

  it('is new, small, and can be opened by its name', async () => {
    const queue = temporaryQueue();
    previous = queue.name;
    assert.match(queue.name, new RegExp(`^/mq-test-${process.pid}-`));
    assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [4, 256]);
    assert.ok(exists(queue.name) && exists(inHook.name));
    assert.notEqual(temporaryName(), temporaryName());
  });

  it('is gone after its test, and those of before stay', () => {
    assert.ok(previous !== undefined && !exists(previous));
    assert.ok(inBefore.queue !== undefined && exists(inBefore.queue.name));
  });

  it('takes the options of open', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 8, access: 'write' });
    assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [1, 8]);
    await assert.rejects(queue.receive(), { code: 'EBADF' });
  });

  it('may be unlinked by its test', () => {
    MessageQueue.unlink(temporaryQueue().name);
  });

  it('is closed with what waits', async () => {
    const queue = temporaryQueue();
    const waiting = assert.rejects(queue.receive(), { code: 'ERR_MQ_CLOSED' });
    await mochaHooks.afterEach();
    await waiting;
    assert.equal(exists(queue.name), false);
  });

  it('is closed and unlinked at the end of its block', async () => {
    let left: MessageQueue;
    {
      await using queue = temporaryQueue();
      left = queue;
      await queue.send('x');
    }
    assert.equal(exists(left.name), false);
    assert.equal(left.closed, true);
    await left[Symbol.asyncDispose]();
  });

  it('is removed by removeTemporaryQueues()', async () => {
    const name = temporaryName();
    await MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 8 }).close();
    const queue = temporaryQueue();
    await removeTemporaryQueues();
    assert.deepEqual([queue.name, name].map(exists), [false, false]);
    assert.equal(queue.closed, true);
  });

  it('is unlinked at the exit of a process without mocha', async () => {
    const { code, stdout } = await runFixture('temporary').end;
    assert.equal(code, 0);
    assert.match(stdout, /^\/mq-test-/);
    assert.equal(exists(stdout), false);
  });

  it('is gone after a run of mocha, also of one that fails', async () => {
    const mocha = fileURLToPath(
      new URL('../../../node_modules/mocha/bin/mocha.js', import.meta.url),
    );
    const spec = fileURLToPath(new URL('../fixtures/temporary-suite.js', import.meta.url));
    const { code, stdout } = await new Child(process.execPath, [mocha, '--no-config', spec]).end;
    assert.equal(code, 1);
    const names = stdout.match(/\/mq-test-\S+/g) ?? [];
    assert.equal(names.length, 3);
    assert.deepEqual(names.filter(exists), []);
  });
});
