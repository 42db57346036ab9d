import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mock } from 'node:test';
import { json, text, type Message } from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { Host, Worker } from 'posix-mqueue/service';
import { MemoryTransport, temporaryQueue } from 'posix-mqueue/testing';
import { from, lastValueFrom, take, toArray } from 'rxjs';

const never = (): number => 0;

/** What is replaced by sinon, jest and vitest. */
const fakeable: [owner: object, name: string][] = [
  [globalThis, 'setTimeout'],
  [globalThis, 'clearTimeout'],
  [globalThis, 'setImmediate'],
  [globalThis, 'setInterval'],
  [process, 'nextTick'],
  [performance, 'now'],
];

/** Puts timers and ticks that never fire in the place of the real ones. */
function stopTime(): () => void {
  const real = fakeable.map(([owner, name]) => Reflect.get(owner, name) as unknown);
  for (const [owner, name] of fakeable) Reflect.set(owner, name, never);
  return () => {
    for (const [index, [owner, name]] of fakeable.entries()) Reflect.set(owner, name, real[index]);
  };
}

/** `use` with time standing still. */
async function withoutTime<T>(use: () => Promise<T>): Promise<T> {
  const restore = stopTime();
  try {
    return await use();
  } finally {
    restore();
  }
}

describe('while the timers of a test runner stand still', () => {
  it('a listener gets more messages than a turn has', async () => {
    const queue = temporaryQueue({ maxMessages: 10, maxMessageSize: 16 });
    const received = await withoutTime(async () => {
      let count = 0;
      const all = new Promise((resolve) => {
        queue.on('message', () => {
          if (++count === 2000) resolve(count);
        });
      });
      for (let index = 0; index < 2000; index += 1) await queue.send('x');
      return all;
    });
    assert.equal(received, 2000);
  });

  for (const wait of ['auto', 'worker', 'loop'] as const) {
    it(`waits end, and time out (${wait})`, async () => {
      const [queue, full] = [temporaryQueue({ wait }), temporaryQueue({ maxMessages: 1, wait })];
      await withoutTime(async () => {
        const receiving = queue.receive();
        await queue.send('a');
        assert.equal((await receiving).text(), 'a');
        await assert.rejects(queue.receive({ timeout: 2 }), { code: 'ETIMEDOUT' });
        // Another one: what was given up may still take a message.
        await full.send('fills');
        await assert.rejects(full.send('waits', { timeout: 2 }), { code: 'ETIMEDOUT' });
        const sending = full.send('last');
        assert.equal((await full.receive()).text(), 'fills');
        await sending;
        await queue.close();
      });
    });
  }

  it('queues are iterated and closed, and tell it', async () => {
    const queue = temporaryQueue();
    const texts: string[] = [];
    await withoutTime(async () => {
      const closed = new Promise<void>((resolve) => queue.once('close', resolve));
      await queue.send('a');
      await queue.send('b');
      for await (const message of queue) {
        texts.push(message.text());
        if (texts.length === 2) break;
      }
      await queue.close();
      await closed;
    });
    assert.deepEqual(texts, ['a', 'b']);
  });

  it('Observables go on', async () => {
    const [a, b] = [temporaryQueue(), temporaryQueue()];
    const values = await withoutTime(async () => {
      const work = consumeQueue(a, async (value: string) => `${value}!`, { codec: text });
      const passing = lastValueFrom(work.pipe(toQueue(b, { codec: text }), take(6), toArray()));
      const observed = lastValueFrom(fromQueue(b, { codec: text }).pipe(take(6), toArray()));
      await lastValueFrom(from(['1', '2', '3', '4', '5', '6']).pipe(toQueue(a, { codec: text })));
      await passing;
      return observed;
    });
    assert.deepEqual(values, ['1!', '2!', '3!', '4!', '5!', '6!']);
  });

  it('a host and a worker go on, and their timeouts end', async () => {
    const transport = new MemoryTransport();
    const options = { requests: '/requests', responses: '/responses', codec: text, transport };
    await withoutTime(async () => {
      const worker = new Worker(options, async (request) => `${request} done`);
      const host = new Host(options);
      const running = worker.run();
      await host.send('a');
      assert.equal(await host.receive({ timeout: 60_000 }), 'a done');
      await assert.rejects(host.receive({ timeout: 2 }), { code: 'ETIMEDOUT' });
      await host.close();
      await worker.close({ timeout: 2 });
      await running;
    });
  });
});

describe('the timers of node:test', () => {
  afterEach(() => {
    mock.timers.reset();
  });

  it('leave listeners, streams and timeouts alone', async () => {
    mock.timers.enable();
    const queue = temporaryQueue();
    const heard = once(queue, 'message') as Promise<[Message]>;
    await queue.send('heard');
    assert.equal((await heard)[0].text(), 'heard');
    const writer = queue.createWriteStream({ codec: json });
    for (let value = 0; value < 20; value += 1) writer.write(value);
    const read: unknown[] = [];
    for await (const value of queue.createReadStream({ codec: json })) {
      if (read.push(value) === 20) break;
    }
    assert.equal(read.length, 20);
    await assert.rejects(queue.receive({ timeout: 2 }), { code: 'ETIMEDOUT' });
  });
});
