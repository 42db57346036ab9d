import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { decodeRequest } from '#dist/rpc/envelope/request.js';
import { runFixture, type Child } from '../support/child.js';
import { slowdown } from '../support/sanitizer.js';

describe('the process of an RpcHost', function () {
  this.timeout(20_000 * slowdown);

  /** One that waits for its reply. */
  async function start(way: string): Promise<{ child: Child; replyTo: string }> {
    const requests = temporaryQueue({ maxMessages: 2, maxMessageSize: 256 });
    const child = runFixture('rpc-ends', [requests.name, way]);
    const { replyTo = '' } = decodeRequest((await requests.receive()).data);
    return { child, replyTo };
  }

  function assertGone(name: string): void {
    assert.match(name, /^\/mq-reply-[0-9a-f]{16}$/);
    assert.throws(() => MessageQueue.open(name, { access: 'read' }), { code: 'ENOENT' });
  }

  for (const [way, code] of [
    ['exit', 3],
    ['throw', 1],
    ['close', 0],
  ] as const) {
    it(`that ends by ${way} removes its reply queue`, async () => {
      const { child, replyTo } = await start(way);
      const end = await child.end;
      const stdout = way === 'close' ? 'ERR_MQ_CLOSED\nexit' : 'exit';
      assert.deepEqual([end.code, end.signal, end.stdout], [code, null, stdout]);
      assertGone(replyTo);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`that ends by ${signal}, which nobody handles, does so and removes it`, async () => {
      const { child, replyTo } = await start('signal');
      child.kill(signal);
      const end = await child.end;
      assert.deepEqual([end.code, end.signal, end.stderr], [null, signal, '']);
      assertGone(replyTo);
    });
  }

  it('that handles a signal ends when it likes, and removes it then', async () => {
    const { child, replyTo } = await start('handled');
    child.kill('SIGTERM');
    await child.printed('handled');
    await MessageQueue.open(replyTo, { access: 'read' }).close();
    const end = await child.end;
    assert.deepEqual([end.code, end.stdout], [5, 'handled\nexit']);
    assertGone(replyTo);
  });
});
