import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { NativeQueue } from '#dist/native/binding.js';
import { native } from '#dist/native/native.js';
import { temporaryQueue } from 'posix-mqueue/testing';

const O_RDWR = 2;
const MILLISECOND = 1;
const { EAGAIN } = constants.errno;

function elapsed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

describe('a try with patience', () => {
  let queue: NativeQueue;

  beforeEach(async () => {
    await using named = temporaryQueue({ maxMessages: 1, maxMessageSize: 8 });
    queue = native.open(named.name, O_RDWR, 0, 0, 0) as NativeQueue;
  });

  afterEach(() => {
    queue.close();
  });

  const tryFor = (microseconds: number) => (): void => {
    assert.equal(queue.tryReceive(1, microseconds), -EAGAIN);
  };

  it('goes on for as long as it was told', async () => {
    // The loop counts as late as soon as the next millisecond of the clock has begun.
    for (let tries = 0; tries < 1000; tries += 1) {
      await setImmediate();
      if (elapsed(tryFor(1000)) >= MILLISECOND) return;
    }
    assert.fail('it never took a millisecond');
  });

  it('takes no time for it where the loop waits for its turn', () => {
    const late = performance.now() + 2 * MILLISECOND;
    while (performance.now() < late);
    // Each would take a millisecond at least; others may have the processor now and then.
    const each = Array.from({ length: 100 }, () => elapsed(tryFor(1000)));
    assert.ok(Math.min(...each) < MILLISECOND, `${each.join(' ')} ms`);
  });

  it('is never longer than a millisecond or so', async () => {
    await setImmediate();
    const all = elapsed(tryFor(2 ** 31));
    assert.ok(all < 1000 * MILLISECOND, `${all} ms`);
  });
});
