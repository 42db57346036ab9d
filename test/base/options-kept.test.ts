import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, createWriteStream, json, MessageQueue, raw, text } from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { Host, Worker } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { from, lastValueFrom, NEVER, of, take, toArray } from 'rxjs';
import { nextTurn, unlinkQuietly, until } from '../support/code.js';

/** What an owner of options may do to them after the call, all at once. */
function spoil(options: object): void {
  for (const key of Object.keys(options)) Reflect.set(options, key, undefined);
  Object.assign(options, {
    codec: raw,
    withPriority: true,
    concurrency: 9,
    timeout: 1,
    nonsense: 1,
  });
}

describe('options that their owner changes after the call', () => {
  it('change no wait', async () => {
    const queue = temporaryQueue();
    const controller = new AbortController();
    const options: { timeout?: number; signal?: AbortSignal } = { signal: controller.signal };
    const receiving = assert.rejects(queue.receive(options), { code: 'ABORT_ERR', cause: 'why' });
    spoil(options);
    controller.abort('why');
    await receiving;
    const timed = { timeout: 3 };
    const late = assert.rejects(queue.receive(timed), { code: 'ETIMEDOUT', message: /3 ms/ });
    timed.timeout = 70_000;
    await late;
  });

  it('change no stream', async () => {
    const queue = temporaryQueue();
    const [reading, writing] = [{ codec: text }, { codec: json }];
    const reader = createReadStream(queue.name, reading);
    const writer = createWriteStream(queue.name, writing);
    spoil(reading);
    spoil(writing);
    writer.end('a');
    const [value] = (await once(reader, 'data')) as [string];
    assert.equal(value, '"a"');
    reader.destroy();
  });

  it('change no operator, also where it is subscribed to later', async () => {
    const queue = temporaryQueue({ maxMessages: 4 });
    const [a, b, c] = [{ codec: text }, { codec: text }, { codec: text, concurrency: 1 }];
    const [observed, sent] = [fromQueue(queue.name, a), of('1', '2').pipe(toQueue(queue.name, b))];
    let inHand = 0;
    const work = (value: string): typeof NEVER => {
      assert.equal(typeof value, 'string');
      inHand += 1;
      return NEVER;
    };
    const worked = consumeQueue(queue, work, c);
    for (const options of [a, b, c]) spoil(options);
    await lastValueFrom(sent);
    assert.deepEqual(await lastValueFrom(observed.pipe(take(2), toArray())), ['1', '2']);
    await lastValueFrom(from(['3', '4']).pipe(toQueue(queue, { codec: text })));
    const subscription = worked.subscribe();
    await until(() => inHand > 0, 'a request in hand');
    await nextTurn();
    assert.equal(inHand, 1);
    subscription.unsubscribe();
  });

  it('change no list of trusted owners', async () => {
    const name = temporaryName();
    const trustedOwner = [1];
    const observed = fromQueue(name, { create: true, trustedOwner });
    Reflect.set(trustedOwner, 0, 'nobody');
    try {
      observed.subscribe().unsubscribe();
      await MessageQueue.open(name).close();
    } finally {
      unlinkQuietly(name);
    }
  });

  it('change neither a host nor a worker', async () => {
    const transport = new MemoryTransport();
    const options = { requests: '/requests', responses: '/responses', codec: text, transport };
    const [hostOptions, workerOptions] = [{ ...options }, { ...options }];
    const host = new Host(hostOptions);
    const worker = new Worker(workerOptions, (request) => `${request} done`);
    spoil(hostOptions);
    spoil(workerOptions);
    const running = worker.run();
    await host.send('a');
    assert.equal(await host.receive(), 'a done');
    await host.close();
    await worker.close();
    await running;
  });
});
