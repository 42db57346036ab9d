import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';

const MINUTE = 60;

/** Sets the clock of the whole system forth or back. */
function stepClock(seconds: number): void {
  execFileSync('date', ['--set', `@${Date.now() / 1000 + seconds}`]);
}

// It is the clock of everybody on this machine, so only on request, as root.
const requested = process.env['FAULT_CLOCK'] !== undefined;
(requested ? describe : describe.skip)('a clock that is stepped during a wait', () => {
  for (const wait of ['worker', 'loop'] as const) {
    for (const seconds of [MINUTE, -MINUTE]) {
      it(`by ${seconds} s changes no timeout (${wait})`, async () => {
        const queue = temporaryQueue({ wait });
        const started = performance.now();
        const receiving = queue.receive({ timeout: 400 });
        const rejected = assert.rejects(receiving, { code: 'ETIMEDOUT' });
        stepClock(seconds);
        try {
          await rejected;
        } finally {
          stepClock(-seconds);
        }
        const after = performance.now() - started;
        assert.ok(after >= 390 && after < 3000, `${after} ms`);
        const message = queue.receive({ timeout: 5000 });
        await queue.send('works');
        assert.equal((await message).text(), 'works');
      });
    }
  }

  it(`by ${-MINUTE} s keeps no process that waits for room at its end`, async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('held');
    const child = runFixture('ends-full', [queue.name]);
    await child.printed('ending with 1 held');
    child.mark();
    stepClock(-MINUTE);
    try {
      const { code, after, stderr } = await child.end;
      assert.equal(code, 0);
      assert.match(stderr, /MQ_UNDELIVERED.*1 message/);
      assert.ok(after < 5000, `${after} ms`);
    } finally {
      stepClock(MINUTE);
    }
  });
});
