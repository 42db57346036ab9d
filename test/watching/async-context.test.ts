import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { json } from 'posix-mqueue';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { Worker } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { transports } from '../support/rpc.js';

const store = new AsyncLocalStorage<string>();

for (const [title, make] of transports) {
  describe(`the async context over ${title}`, () => {
    it('of a handler is that of run(), and what awaits a request, and its codec, have that of the caller', async () => {
      const transport = make();
      const names = { requests: temporaryName(), transport, maxMessages: 2, maxMessageSize: 512 };
      const seen: (string | undefined)[] = [];
      const note = (): void => {
        seen.push(store.getStore());
      };
      const worker = new RpcWorker({ ...names, codec: json }, async () => {
        note();
        await Promise.resolve();
        note();
      });
      const running = store.run('runs', () => worker.run());
      await once(worker, 'ready');
      const decoded: (string | undefined)[] = [];
      const codec = {
        ...json,
        decode: (bytes: Buffer): unknown => {
          decoded.push(store.getStore());
          return bytes;
        },
      };
      const host = new RpcHost({ ...names, codec });
      await store.run('opens', () => host.open());
      const callers = ['a', 'b', 'c'].map((name) =>
        store.run(name, async () => {
          await host.request(name);
          return store.getStore();
        }),
      );
      assert.deepEqual(await Promise.all(callers), ['a', 'b', 'c']);
      assert.deepEqual(new Set(decoded), new Set(['a', 'b', 'c']));
      assert.deepEqual(new Set(seen), new Set(['runs']));
      await host.close();
      await worker.close();
      await running;
      await transport.unlink(names.requests);
    });
  });
}

describe('the async context of a raw Worker', () => {
  it('is that of run(), for its handler and its failures', async () => {
    const transport = new MemoryTransport();
    const seen: (string | undefined)[] = [];
    const worker = new Worker({ requests: '/requests', transport }, () => {
      seen.push(store.getStore());
      throw new Error('no');
    });
    store.run('listens', () => worker.on('failure', () => seen.push(store.getStore())));
    const running = store.run('runs', () => worker.run());
    await once(worker, 'ready');
    const failed = once(worker, 'failure');
    const sender = await transport.openSender('/requests');
    await store.run('sends', () => sender.send(Buffer.from('x')));
    await failed;
    assert.deepEqual(seen, ['runs', 'runs']);
    await worker.close();
    await running;
  });
});
