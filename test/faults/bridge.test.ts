import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(5);
const SIZES = { maxMessages: 4, maxMessageSize: 64 };

describe(`kill -9 of a bridge, ${RUNS} times each`, function () {
  this.timeout((20_000 + RUNS * 3000) * slowdown);

  for (const [what, spooled] of [
    ['between two queues', false],
    ['with a spool file', true],
  ] as const) {
    it(`${what}: no message is missing`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mq-bridge-'));
      const [from, to] = [temporaryQueue(SIZES), temporaryQueue(SIZES)];
      const spool = spooled ? [join(folder, 'spool')] : [];
      const env = { ...process.env, SPOOL_AFTER: '0' };
      const start = (): Child => runFixture('bridges', [from.name, to.name, ...spool], { env });
      const seen = new Map<number, number>();
      // The other side is slow now and then, so that there is something in the file.
      const reader = MessageQueue.open(to.name, { access: 'read' });
      const reading = (async () => {
        for await (const message of reader) {
          const number = Number(message.text());
          seen.set(number, (seen.get(number) ?? 0) + 1);
          if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      let stopping = false;
      let sent = 0;
      const sending = (async () => {
        for (; !stopping; sent += 1) await from.send(String(sent));
      })();
      for (let run = 0; run < RUNS; run += 1) {
        const child = start();
        await child.printed('ready');
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
        child.kill('SIGKILL');
        assert.equal((await child.end).signal, 'SIGKILL');
      }
      stopping = true;
      const last = start();
      await sending;
      while (seen.size < sent) await new Promise((resolve) => setTimeout(resolve, 10));
      last.kill('SIGTERM');
      const { code, stderr } = await last.end;
      assert.deepEqual([code, stderr], [0, '']);
      await reader.close();
      await reading;
      const twice = [...seen.values()].filter((times) => times > 1).length;
      report(`kill -9 of a bridge ${what}, ${RUNS} times`, sent - seen.size, sent);
      report(`  came twice or more: ${twice}`, 0, sent);
      assert.deepEqual([seen.size, Math.max(...seen.keys())], [sent, sent - 1]);
      // What was in hand of each that was killed, on its way into the file and out of it.
      assert.ok(twice <= (spooled ? 2 : 1) * RUNS, `${twice} came twice`);
      assert.deepEqual(leaseFiles(from.name), []);
      rmSync(folder, { recursive: true });
    });
  }
});
