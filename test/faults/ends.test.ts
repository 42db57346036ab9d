import assert from 'node:assert/strict';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { faultRuns, Ledger, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(5);
const HOW = ['receive', 'iterator', 'event', 'stream', 'fromQueue', 'consumeQueue'];
const WAIT = ['auto', 'worker', 'loop'];

describe(`consumers that end at random moments under load, ${RUNS} times each`, function () {
  this.timeout((20_000 + RUNS * 2000) * slowdown);

  for (const [title, threads, inHand] of [
    ['process.exit()', 0, 0],
    // A thread that is terminated holds what its JavaScript has in hand: one message each.
    ['worker.terminate()', 2, 2],
  ] as const) {
    it(`${title}: nothing lost, nothing twice, no hang`, async () => {
      const ledger = new Ledger();
      const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 16 });
      const sender = runFixture('gives', [queue.name]);
      await sender.printed('giving');
      // Somebody goes on reading, so that there is room for what comes back.
      const others = ledger.follow(queue);
      for (let run = 0; run < RUNS; run += 1) {
        const how = HOW[run % HOW.length] as string;
        const wait = WAIT[Math.floor(run / HOW.length) % WAIT.length] as string;
        const end = String(Math.floor(Math.random() * 20));
        const env = { ...process.env, THREADS: String(threads), UV_THREADPOOL_SIZE: '8' };
        const child = runFixture('takes', [queue.name, ledger.file, how, wait, end], { env });
        const { code, signal, stderr } = await child.end;
        assert.deepEqual([code, signal, stderr], [0, null, ''], `${how} ${wait} after ${end} ms`);
      }
      others.stop();
      const sent = await ledger.stop(sender, queue);
      const missing = ledger.check(sent, inHand * RUNS);
      report(`${title}, ${RUNS} times`, missing, sent);
      ledger.remove();
    });
  }
});
