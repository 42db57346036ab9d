import assert from 'node:assert/strict';
import type { MessageQueueError } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../../support/child.js';
import { slowdown } from '../../support/sanitizer.js';

describe('a timeout at a queue that does not keep the process alive', function () {
  this.timeout(20_000 * slowdown);

  for (const what of ['receive', 'receiveMany', 'send']) {
    for (const when of ['before', 'after']) {
      it(`lets the process end (${what}, unref ${when} it)`, async () => {
        const { code, stdout, stderr } = await runFixture('unreferenced', [what, when]).end;
        assert.deepEqual([code, stdout, stderr], [0, 'ended', '']);
      });
    }
  }

  it('keeps it again after ref', async () => {
    const child = runFixture('unreferenced', ['receive', 'again']);
    await child.printed('waiting');
    child.kill('SIGTERM');
    const { signal, stdout } = await child.end;
    assert.deepEqual([signal, stdout], ['SIGTERM', 'waiting']);
  });
});

describe('an error that ends a wait', () => {
  it('comes no sooner than its timeout', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 16 });
    for (let round = 0; round < 40; round += 1) {
      const began = performance.now();
      await assert.rejects(queue.receive({ timeout: 2 }), { code: 'ETIMEDOUT' });
      const after = performance.now() - began;
      assert.ok(after >= 2, `after ${after} ms`);
    }
  });

  for (const what of ['receive', 'receiveMany', 'send'] as const) {
    it(`tells who waited (${what})`, async () => {
      const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 16 });
      if (what === 'send') queue.trySend('full');
      async function theUser(options: { timeout?: number; signal?: AbortSignal }): Promise<void> {
        if (what === 'receiveMany') await queue.receiveMany(2, options);
        else if (what === 'send') await queue.send('x', options);
        else await queue.receive(options);
      }
      const stackOf = async (waiting: Promise<void>, code: string): Promise<string> => {
        const error = await waiting.then(
          () => null,
          (problem: MessageQueueError) => problem,
        );
        assert.equal(error?.code, code);
        return error?.stack ?? '';
      };
      assert.match(await stackOf(theUser({ timeout: 1 }), 'ETIMEDOUT'), /async theUser/);
      assert.match(await stackOf(theUser({ timeout: 0 }), 'ETIMEDOUT'), /async theUser|at theUser/);
      const signal = AbortSignal.timeout(1);
      assert.match(await stackOf(theUser({ signal }), 'ABORT_ERR'), /async theUser/);
      const closed = stackOf(theUser({}), 'ERR_MQ_CLOSED');
      await queue.close();
      assert.match(await closed, /async theUser/);
    });
  }
});
