import assert from 'node:assert/strict';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { nextTurn } from '../support/code.js';
import { faultRuns, Ledger, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const SIGNALS = faultRuns(12) * 250;

describe(`a storm of ${SIGNALS} signals during waits`, function () {
  this.timeout((20_000 + SIGNALS * 10) * slowdown);

  for (const wait of ['worker', 'loop', 'auto']) {
    it(`interrupts nothing (${wait})`, async () => {
      const ledger = new Ledger();
      const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 16 });
      const taker = runFixture('stormed', [queue.name, ledger.file, 'receive', wait]);
      await taker.printed('taking');
      const sender = runFixture('gives', [queue.name]);
      await sender.printed('giving');
      for (let sent = 0; sent < SIGNALS; sent += 1) {
        taker.kill(sent % 2 === 0 ? 'SIGUSR2' : 'SIGWINCH');
        if (sent % 8 === 0) await nextTurn();
      }
      sender.write('stop\n');
      const sent = Number(/given (\d+)/.exec((await sender.end).stdout)?.[1]);
      while (ledger.numbers().length < sent) await nextTurn();
      taker.write('end\n');
      const { code, stdout, stderr } = await taker.end;
      assert.deepEqual([code, stderr], [0, '']);
      assert.ok(Number(/signals (\d+)/.exec(stdout)?.[1]) > 0, stdout);
      ledger.check(sent, 0);
      report(`${SIGNALS} signals, ${wait}`, 0, sent);
      ledger.remove();
    });
  }
});
