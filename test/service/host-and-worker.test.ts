import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type Observable } from 'rxjs';
import { MessageQueue, MessageQueueError, text } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { errorLike, until } from '../support/code.js';

describe('Host and Worker', () => {
  it('have the settings of the raw protocol', async () => {
    const names = { requests: temporaryName(), responses: temporaryName() };
    const host = new Host(names);
    await host.open();
    for (const name of Object.values(names)) {
      const queue = MessageQueue.open(name);
      assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [1, 512]);
      await queue.close();
    }
    await host.close();
  });

  it('check their options before anything is opened', () => {
    const handler = (): undefined => undefined;
    const options = { requests: '/a', responses: '/b' };
    const unknown = { ...options, concurency: 2 };
    assert.throws(() => new Worker(unknown, handler), /did you mean 'concurrency'/);
    assert.throws(() => new Host({ ...options, respones: '/c' } as never), /'responses'/);
    assert.throws(() => new Host({ requests: '/a', responses: '/a' }), /another queue/);
    assert.throws(() => new Host({ requests: 'a', responses: '/b' }), { code: 'EINVAL' });
    assert.throws(() => new Worker(options, 'x' as never), /'handler' must be a function/);
    const protocol = { ...options, protocol: 'rpc' as 'raw' };
    assert.throws(() => new Worker(protocol, handler), { code: 'ERR_INVALID_ARG_VALUE' });
    assert.throws(() => new Host(undefined as never), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('tell what keeps a worker from running, by run() and by the event', async () => {
    const requests = temporaryName();
    const worker = new Worker({ requests, create: false }, () => undefined);
    const told = once(worker, 'error');
    const isMissing = errorLike(MessageQueueError, { code: 'ENOENT', queue: requests });
    await assert.rejects(worker.run(), isMissing);
    isMissing(((await told) as [Error])[0]);
  });

  it('are Observables and disposables of their kind', () => {
    const host = new Host({ requests: '/a', responses: '/b', codec: text });
    const responses$: Observable<string> = host.responses$;
    assert.equal(typeof responses$.subscribe, 'function');
    assert.equal(typeof host[Symbol.asyncDispose], 'function');
  });

  it('a worker takes a pool thread from a queue that can poll', async () => {
    const idle = [temporaryName(), temporaryName()].map((name) => {
      const queue = MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 8 });
      MessageQueue.unlink(name);
      return queue;
    });
    const receives = idle.map((queue) => assert.rejects(queue.receive()));
    await until(
      () => idle.every((queue) => queue.waiting === 'worker'),
      'all of the queues waiting on pool threads',
    );
    const names = { requests: temporaryName(), responses: temporaryName() };
    const worker = new Worker({ ...names, codec: text }, (request) => request);
    const running = worker.run();
    await once(worker, 'ready');
    await until(
      () => idle.filter((queue) => queue.waiting === 'loop').length === 1,
      'a queue that has gone over to the event loop',
    );
    await worker.close();
    await running;
    for (const name of Object.values(names)) MessageQueue.unlink(name);
    for (const queue of idle) await queue.close();
    await Promise.all(receives);
  });
});
