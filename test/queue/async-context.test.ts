import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageQueue, text, type Message } from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { Host } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { Subject } from 'rxjs';
import { Child } from '../support/child.js';
import { nextTurn, until } from '../support/code.js';

const store = new AsyncLocalStorage<string>();

/** Other requests of the same program, which take from and send to the same queue. */
async function disturb(queue: MessageQueue, rounds: number): Promise<void> {
  const requests = Array.from({ length: 3 }, (_, number) =>
    store.run(`request ${number}`, async () => {
      for (let round = 0; round < rounds; round += 1) {
        await queue.send('x');
        await queue.receive({ timeout: 1 }).catch(() => undefined);
        if (round % 7 === 0) await nextTurn();
      }
    }),
  );
  await Promise.all(requests);
}

type Begin = (queue: MessageQueue, called: () => void) => { end(): void };

const consumers: [title: string, begin: Begin][] = [
  [
    'a listener',
    (queue, called) => {
      queue.on('message', called);
      return { end: () => queue.removeAllListeners() };
    },
  ],
  [
    'a listener that was paused and resumed by others',
    (queue, called) => {
      queue.on('message', called).pause();
      store.run('resumes', () => queue.resume());
      return { end: () => queue.removeAllListeners() };
    },
  ],
  [
    'a stream',
    (queue, called) => {
      const reader = queue.createReadStream({ highWaterMark: 2 }).on('data', called);
      return { end: () => reader.destroy() };
    },
  ],
  ['fromQueue', (queue, called) => ended(fromQueue(queue).subscribe(called))],
  [
    'an Observable of the queue',
    (queue, called) => ended(queue['@@observable']().subscribe(called)),
  ],
  [
    'the project of consumeQueue',
    (queue, called) => ended(consumeQueue(queue, async () => called()).subscribe()),
  ],
  [
    'the codec',
    (queue, called) => {
      const codec = { encode: () => new Uint8Array(), decode: called };
      return ended(fromQueue(queue, { codec }).subscribe());
    },
  ],
];

function ended(subscription: { unsubscribe(): void }): { end(): void } {
  return { end: () => subscription.unsubscribe() };
}

describe('the async context that a consumer was begun in', () => {
  for (const [title, begin] of consumers) {
    it(`is that of each call of ${title}`, async () => {
      const queue = store.run('opens', () => temporaryQueue({ maxMessages: 3 }));
      const seen = new Map<string | undefined, number>();
      const consumer = store.run('own', () =>
        begin(queue, () => {
          const name = store.getStore();
          seen.set(name, (seen.get(name) ?? 0) + 1);
        }),
      );
      await disturb(queue, 100);
      await store.run('last', () => queue.send('x'));
      await until(() => seen.size > 0, 'a call of the consumer');
      assert.deepEqual([...seen.keys()], ['own']);
      consumer.end();
    });
  }

  it('is that of the end, of an error, and of what a queue tells', async () => {
    const queue = temporaryQueue();
    const told: (string | undefined)[] = [];
    const tell = (): void => {
      told.push(store.getStore());
    };
    const subscription = store.run('observer', () =>
      fromQueue(queue).subscribe({ complete: tell }),
    );
    const reader = queue.createReadStream();
    store.run('reader', () => reader.on('end', tell).resume());
    store.run('watcher', () => queue.once('unlinked', tell));
    const unlinked = once(queue, 'unlinked');
    store.run('other', () => MessageQueue.unlink(queue.name));
    await unlinked;
    const closed = once(reader, 'close');
    await store.run('closer', () => queue.close());
    await closed;
    assert.equal(subscription.closed, true);
    assert.deepEqual(told, ['watcher', 'observer', 'reader']);
  });

  it('is that of who wrote, and of who subscribed to what is sent', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('fills');
    const told: (string | undefined)[] = [];
    const writer = queue.createWriteStream();
    const values = new Subject<string>();
    store.run('writer', () => {
      writer.write('a', () => told.push(store.getStore()));
    });
    store.run('subscriber', () => {
      values.pipe(toQueue(queue, { codec: text })).subscribe(() => told.push(store.getStore()));
    });
    store.run('producer', () => {
      values.next('b');
    });
    await store.run('reader', async () => {
      while (told.length < 2) {
        await queue.receive({ timeout: 1 }).catch(() => undefined);
        await nextTurn();
      }
    });
    assert.deepEqual(told, ['writer', 'subscriber']);
    writer.destroy();
  });

  it('is that of a subscriber to responses$', async () => {
    const transport = new MemoryTransport();
    const names = { requests: '/requests', responses: '/responses' };
    const host = store.run('opens', () => new Host({ ...names, codec: text, transport }));
    await store.run('opens', () => host.open());
    const first = store.run('takes', () => host.receive());
    await nextTurn();
    const seen: (string | undefined)[] = [];
    store.run('subscriber', () => host.responses$.subscribe(() => seen.push(store.getStore())));
    await nextTurn();
    const worker = await transport.openSender(names.responses);
    for (const body of ['a', 'b']) await worker.send(Buffer.from(body));
    await first;
    await until(() => seen.length > 0, 'a call of the consumer');
    assert.deepEqual(seen, ['subscriber']);
    await host.close();
  });

  it('is that of the opening, for what the addon calls, also after a garbage collection', async () => {
    const path = fileURLToPath(new URL('../fixtures/native-context.js', import.meta.url));
    const { code, stderr, stdout } = await new Child(process.execPath, ['--expose-gc', path]).end;
    assert.deepEqual([code, stderr, stdout], [0, '', 'opener']);
  });

  it('is that of each promise', async () => {
    const queue = temporaryQueue();
    const waits = ['a', 'b', 'c'].map((name) =>
      store.run(name, async () => {
        const message: Message = await queue.receive();
        return [name, message.text(), store.getStore()];
      }),
    );
    await store.run('sender', () => queue.send('1'));
    for (const text of ['2', '3']) await queue.send(text);
    assert.deepEqual(await Promise.all(waits), [
      ['a', '1', 'a'],
      ['b', '2', 'b'],
      ['c', '3', 'c'],
    ]);
  });
});
