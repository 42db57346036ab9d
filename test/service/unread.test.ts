import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueueError, text } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { errorLike, until } from '../support/code.js';

describe('a Host that sends and does not read', () => {
  const names = { requests: '/requests', responses: '/responses' };
  let host: Host<typeof text>;
  let worker: Worker<typeof text>;
  let running: Promise<void>;
  let finish: () => void;
  let warnings: (Error & { code?: string })[];
  const collect = (warning: Error): unknown => warnings.push(warning);

  beforeEach(async () => {
    warnings = [];
    process.on('warning', collect);
    const transport = new MemoryTransport();
    host = new Host({ ...names, transport, codec: text });
    worker = new Worker({ ...names, transport, codec: text }, (request) =>
      request === 'slow'
        ? new Promise((resolve) => {
            finish = () => resolve(request);
          })
        : request,
    );
    worker.on('failure', () => undefined);
    const ready = once(worker, 'ready');
    running = worker.run();
    await ready;
  });
  afterEach(async () => {
    process.off('warning', collect);
    await worker.close({ timeout: 0 });
    await running;
    await host.close();
  });

  /** A response in one queue, one in the worker's hand, and a request in the other queue. */
  async function block(): Promise<void> {
    for (const task of ['a', 'b']) await host.send(task);
    await until(() => worker.stats().received === 2, 'two requests received');
    await host.send('c');
  }

  it('is told by the timeout of its send what keeps it waiting', async () => {
    await block();
    const details = { code: 'ETIMEDOUT', errno: -110, syscall: 'mq_timedsend', queue: '/requests' };
    const isTold = errorLike(
      MessageQueueError,
      details,
      /^Queue '\/requests' .* within 20 ms, while 1 response waits unread in queue '\/responses'.*receive\(\)/,
    );
    await assert.rejects(host.send('d', { timeout: 20 }), isTold);
    for (const task of ['a', 'b', 'c']) assert.equal(await host.receive(), task);
  });

  it('is told to try again where its worker is slow', async () => {
    for (const task of ['slow', 'b']) await host.send(task);
    const isTold = errorLike(MessageQueueError, { code: 'ETIMEDOUT' }, /longer timeout/);
    await assert.rejects(host.send('c', { timeout: 20 }), isTold);
    finish();
    for (const task of ['slow', 'b']) assert.equal(await host.receive(), task);
  });

  it('is warned when it has waited for a while, once', async () => {
    await block();
    const sending = [host.send('d'), host.send('e')];
    await until(() => warnings.length > 0, 'a warning');
    for (const task of ['a', 'b', 'c', 'd', 'e']) assert.equal(await host.receive(), task);
    await Promise.all(sending);
    assert.deepEqual(
      warnings.map((each) => each.code),
      ['MQ_BLOCKED'],
    );
    assert.match(warnings[0]?.message ?? '', /'\/responses' is full \(1 unread\).*responses\$/);
  });
});
