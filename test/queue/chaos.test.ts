import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { mergeMap, from, of, delay } from 'rxjs';
import { MessageQueue, createReadStream, type Message } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { nextTurn } from '../support/code.js';
import { slowdown } from '../support/sanitizer.js';

const MESSAGES = 30_000;
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 2 ** 31);

/** mulberry32: the same run again for the same seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

describe(`a run of ${MESSAGES} messages through consumers that come and go`, function () {
  this.timeout(120_000 * slowdown);

  it(`delivers every message once (CHAOS_SEED=${SEED})`, async () => {
    const random = randomNumbers(SEED);
    const queue = temporaryQueue({ maxMessages: 8, maxMessageSize: 16 });
    const seen = new Uint8Array(MESSAGES);
    let count = 0;
    let done = (): void => undefined;
    const complete = new Promise<void>((resolve) => {
      done = resolve;
    });
    const take = (data: Message | Buffer): void => {
      const bytes = 'data' in data ? data.data : data;
      const number = Number(bytes.toString());
      seen[number] = (seen[number] ?? 0) + 1;
      count += 1;
      if (count >= MESSAGES) done();
    };
    const over = (): boolean => count >= MESSAGES;

    const consumers: (() => Promise<void>)[] = [
      async () => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), random(3));
        await queue.receive({ signal: controller.signal }).then(take, () => undefined);
      },
      async () => {
        await queue.receive({ timeout: random(3) }).then(take, () => undefined);
      },
      async () => {
        const wanted = 1 + random(5);
        const messages = await queue.receiveMany(wanted, { timeout: 2 }).catch(() => []);
        assert.ok(messages.length <= wanted);
        messages.forEach(take);
      },
      async () => {
        const iterator = queue[Symbol.asyncIterator]();
        const timer = setTimeout(() => void iterator.return?.(), random(3));
        for await (const message of { [Symbol.asyncIterator]: () => iterator }) {
          take(message);
          if (random(4) === 0) break;
        }
        clearTimeout(timer);
      },
      async () => {
        const listener = (message: Message): void => {
          take(message);
          if (random(6) === 0) queue.off('message', listener);
        };
        // All listeners get the same message, so there is one of them at a time.
        if (queue.listenerCount('message') > 0) return;
        if (random(2) === 0) queue.once('message', take);
        else queue.on('message', listener);
        await nextTurn();
        queue.off('message', listener);
        queue.off('message', take);
      },
      async () => {
        const stream = queue.createReadStream({ highWaterMark: random(5) });
        stream.on('data', (data) => {
          take(data);
          if (random(8) === 0) stream.destroy();
        });
        const closed = new Promise((resolve) => stream.once('close', resolve));
        for (let turns = random(4); turns > 0; turns -= 1) await nextTurn();
        if (random(2) === 0) stream.stop();
        else stream.destroy();
        await closed;
      },
      async () => {
        const stream = queue.createReadStream({ highWaterMark: random(5) });
        setTimeout(() => stream.stop(), random(3));
        for await (const data of stream) {
          take(data);
          if (random(6) === 0) break;
        }
      },
      async () => {
        const slow = new Writable({
          objectMode: true,
          highWaterMark: 1,
          write: (data: Buffer, _, callback) => {
            take(data);
            setImmediate(callback);
          },
        });
        const stream = queue.createReadStream({ highWaterMark: random(3) });
        stream.pipe(slow);
        for (let turns = random(5); turns > 0; turns -= 1) await nextTurn();
        // What was piped on has left the stream; stop() lets it arrive.
        const finished = new Promise((resolve) => slow.once('finish', resolve));
        stream.stop();
        await finished;
      },
      async () => {
        const subscription = fromQueue(queue).subscribe((data) => {
          take(data);
          if (random(6) === 0) subscription.unsubscribe();
        });
        for (let turns = random(4); turns > 0; turns -= 1) await nextTurn();
        subscription.unsubscribe();
      },
      async () => {
        const subscription = from(queue)
          .pipe(mergeMap((message) => of(message)))
          .subscribe(take);
        await nextTurn();
        subscription.unsubscribe();
      },
      async () => {
        const work = consumeQueue(
          queue,
          (data) => {
            take(data);
            return of(1).pipe(delay(0));
          },
          { concurrency: 1 + random(3) },
        ).subscribe();
        for (let turns = random(5); turns > 0; turns -= 1) await nextTurn();
        work.unsubscribe();
      },
      async () => {
        const stream = createReadStream(queue.name, { highWaterMark: random(3) });
        stream.on('undelivered', (messages) => messages.forEach(take));
        stream.on('data', take);
        await nextTurn();
        await stream[Symbol.asyncDispose]();
      },
    ];

    const sending = (async () => {
      const sender = MessageQueue.open(queue.name, { access: 'write' });
      const pending = new Set<Promise<unknown>>();
      for (let number = 0; number < MESSAGES; number += 1) {
        const sent = sender.send(String(number), { priority: random(3) });
        pending.add(sent);
        void sent.finally(() => pending.delete(sent));
        if (pending.size > 4) await Promise.race(pending);
      }
      await Promise.all(pending);
      await sender.close();
    })();
    const loop = async (): Promise<void> => {
      while (!over()) await consumers[random(consumers.length)]?.();
    };
    await Promise.all([sending, loop(), loop(), loop(), loop(), complete]);

    const undelivered = await queue.close();
    assert.equal(undelivered.length, 0);
    const wrong = [...seen.entries()].filter(([, times]) => times !== 1);
    assert.deepEqual(wrong.slice(0, 10), [], 'every message once');
    assert.equal(count, MESSAGES);
  });
});
