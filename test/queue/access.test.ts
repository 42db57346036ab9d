import assert from 'node:assert/strict';
import { lastValueFrom, of } from 'rxjs';
import { MessageQueue, MessageQueueError } from 'posix-mqueue';
import { toQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { errorLike, until } from '../support/code.js';

const isRefused = errorLike(
  MessageQueueError,
  { code: 'EBADF', errno: -9, syscall: 'mq_timedsend' },
  /opened for reading only/,
);

for (const reopen of [false, true]) {
  describe(`a queue that was opened for reading, reopen: ${reopen}`, () => {
    it('refuses each way of sending, as the kernel would', async () => {
      const { name } = temporaryQueue({ maxMessages: 1 });
      const reader = MessageQueue.open(name, { access: 'read', reopen });
      assert.throws(() => reader.trySend('x'), isRefused);
      await assert.rejects(reader.send('x'), isRefused);
      await assert.rejects(lastValueFrom(of(Buffer.from('x')).pipe(toQueue(reader))), isRefused);
      const stream = reader.createWriteStream();
      const failed = new Promise((resolve) => stream.once('error', resolve));
      stream.write('x');
      isRefused(await failed);
      assert.equal(reader.currentMessages, 0);
      await reader.close();
    });

    it('is created once where it is to be exclusive', async () => {
      const queue = temporaryQueue();
      const options = { access: 'read', create: true, exclusive: true, reopen } as const;
      assert.throws(() => MessageQueue.open(queue.name, options), { code: 'EEXIST' });
      MessageQueue.unlink(queue.name);
      const reader = MessageQueue.open(queue.name, { ...options, mode: 0o400 });
      assert.equal(reader.stat().mode, 0o400);
      await reader.close();
    });
  });
}

describe('a user who has no rights any more', () => {
  /** Without a report of its coverage, which that user may not write. */
  function runLeaver(name: string, when: 'before' | 'after'): Child {
    // Node adds the variable where it is missing.
    const env = { ...process.env, NODE_V8_COVERAGE: '' };
    return runFixture('leaves-root', [name, when], { env });
  }

  before(function () {
    // Reason: only root may become another user.
    if (process.geteuid?.() !== 0) this.skip();
  });

  it('puts back what it took before, through the descriptor that it has', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const { code, stdout, stderr } = await runLeaver(queue.name, 'before').end;
    assert.deepEqual([code, stdout, stderr], [0, '', '']);
    assert.equal(queue.tryReceive()?.text(), 'a');
  });

  it('reads a queue that it may only read, and is told why nothing goes back', async () => {
    const queue = temporaryQueue({ mode: 0o644 });
    await queue.send('a');
    const { code, stdout, stderr } = await runLeaver(queue.name, 'after').end;
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /^MQ_UNDELIVERED 1 message .* may not write to the queue \(EACCES\)/);
    await until(() => queue.currentMessages === 0, 'an empty queue');
  });
});
