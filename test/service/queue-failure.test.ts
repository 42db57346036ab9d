import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueueError, text } from 'posix-mqueue';
import {
  Host,
  Worker,
  type Sender,
  type Transport,
  type WorkerOptions,
} from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { errorLike } from '../support/code.js';

type Handler = ConstructorParameters<typeof Worker<typeof text>>[1];

/** As `inner`, but what is opened to send fails as a queue does whose descriptor went bad. */
function withBrokenSenders(inner: MemoryTransport): Transport {
  const { capabilities, state$ } = inner;
  return {
    capabilities,
    state$,
    openReceiver: (name, options) => inner.openReceiver(name, options),
    unlink: (name) => inner.unlink(name),
    stat: (name) => inner.stat(name),
    async openSender(name, options): Promise<Sender> {
      const sender = await inner.openSender(name, options);
      return {
        send: () =>
          Promise.reject(new MessageQueueError('bad descriptor', { code: 'EBADF', queue: name })),
        close: () => sender.close(),
      };
    },
  };
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
});
