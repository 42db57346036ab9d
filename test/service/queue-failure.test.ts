import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueueError, text } from 'posix-mqueue';
import { Host, Worker, type Transport, type WorkerOptions } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { errorLike } from '../support/code.js';

type Handler = ConstructorParameters<typeof Worker<typeof text>>[1];

/** As `inner`, but for how it opens what sends. */
function withSenders(inner: MemoryTransport, openSender: Transport['openSender']): Transport {
  const { capabilities, state$ } = inner;
  return {
    capabilities,
    state$,
    openReceiver: (name, options) => inner.openReceiver(name, options),
    unlink: (name) => inner.unlink(name),
    stat: (name) => inner.stat(name),
    openSender,
  };
}

/** What is opened to send fails as a queue does whose descriptor went bad. */
function withBrokenSenders(inner: MemoryTransport): Transport {
  return withSenders(inner, async (name, options) => {
    const sender = await inner.openSender(name, options);
    const problem = new MessageQueueError('bad descriptor', { code: 'EBADF', queue: name });
    return { send: () => Promise.reject(problem), close: () => sender.close() };
  });
}

/** Its first sender has lost its queue, and no other can be opened. */
function withoutSecondSender(inner: MemoryTransport): Transport {
  let opened = 0;
  return withSenders(inner, async (name, options) => {
    opened += 1;
    if (opened > 1) throw new MessageQueueError('not permitted', { code: 'EACCES' });
    return Object.assign(await inner.openSender(name, options), { unlinked: true });
  });
}

describe('a Worker whose response queue fails', () => {
  const names = { requests: '/requests', responses: '/responses' };

  const throws = (): string => {
    throw new Error('no');
  };
  const cases: [title: string, options: Partial<WorkerOptions<typeof text>>, handler: Handler][] = [
    ['with the response of a handler', {}, (request) => request],
    ['with the reply to a failure', { onFailure: () => 'failed' }, throws],
  ];

  for (const [title, options, handler] of cases) {
    it(`ends run() with the error of the queue, ${title}`, async () => {
      const transport = new MemoryTransport();
      const host = new Host({ ...names, transport, codec: text });
      const broken = withBrokenSenders(transport);
      const worker = new Worker({ ...names, transport: broken, codec: text, ...options }, handler);
      const ready = once(worker, 'ready');
      const running = worker.run();
      await ready;
      await host.send('task');
      await assert.rejects(running, errorLike(MessageQueueError, { code: 'EBADF' }));
      await host.close();
    });
  }

  it('leaves the request to others where it could not begin with it', async () => {
    const transport = new MemoryTransport();
    const host = new Host({ ...names, transport, codec: text });
    const failing = withoutSecondSender(transport);
    const worker = new Worker({ ...names, transport: failing, codec: text }, () => {
      throw new Error('it has begun');
    });
    const running = worker.run();
    await host.send('task');
    await assert.rejects(running, { code: 'EACCES' });
    const other = new Worker({ ...names, transport, codec: text }, (request) => `${request} done`);
    const working = other.run();
    assert.equal(await host.receive({ timeout: 5000 }), 'task done');
    await other.close();
    await working;
    await host.close();
  });
});
