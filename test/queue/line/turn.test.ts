import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { fromQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';

/** Keeps the processor busy. */
function work(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('a queue that never empties', () => {
  // Each message is sent again by who takes it, so there is always one to take.
  for (const [what, consume] of [
    [
      'an Observable',
      (queue: MessageQueue, take: () => void) => {
        const subscription = fromQueue(queue).subscribe(take);
        return () => subscription.unsubscribe();
      },
    ],
    [
      "'message'",
      (queue: MessageQueue, take: () => void) => {
        queue.on('message', take);
        return () => queue.off('message', take);
      },
    ],
    [
      'a stream',
      (queue: MessageQueue, take: () => void) => {
        const stream = queue.createReadStream({ highWaterMark: 4 }).on('data', take);
        return () => stream.destroy();
      },
    ],
  ] as const) {
    it(`lets timers run between slow consumers of ${what}`, async () => {
      const queue = temporaryQueue({ maxMessages: 8 });
      let taken = 0;
      let longest = 0;
      const stop = consume(queue, () => {
        work(1);
        taken += 1;
        queue.trySend('again');
      });
      for (let count = 0; count < 8; count += 1) queue.trySend('first');
      for (let timers = 0; timers < 10; timers += 1) {
        const before = taken;
        await new Promise((resolve) => setTimeout(resolve, 1));
        longest = Math.max(longest, taken - before);
      }
      stop();
      // Counted in messages of a millisecond, not in time: other processes may slow this one down.
      assert.ok(longest > 0 && longest < 64, `${longest} messages between two timers`);
    });
  }

  for (const options of [undefined, { timeout: 0 }]) {
    it(`lets timers run between receives and sends with ${JSON.stringify(options)}`, async () => {
      const queue = temporaryQueue();
      let over = false;
      setTimeout(() => (over = true), 1);
      let count = 0;
      while (!over) {
        count += 1;
        assert.ok(count < 200_000, 'the timer never fired');
        await queue.send('x', options);
        await queue.receive(options);
      }
    });
  }
});
