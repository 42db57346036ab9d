import assert from 'node:assert/strict';
import { lastValueFrom, take } from 'rxjs';
import { consumeQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';

/** How often a source was asked for a value; it would give many, one at once after the other. */
class Pulled {
  count = 0;

  *[Symbol.iterator](): Generator<number> {
    while (this.count < 1000) {
      this.count += 1;
      yield this.count;
    }
  }
}

describe('consumeQueue, with work that emits while it is subscribed', () => {
  it('pulls no more of it when its subscriber has enough', async () => {
    const queue = temporaryQueue();
    await queue.send('job');
    const results = new Pulled();
    assert.equal(await lastValueFrom(consumeQueue(queue, () => results).pipe(take(1))), 1);
    assert.equal(results.count, 1);
  });
});
