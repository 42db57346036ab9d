import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { killAgainAndAgain } from '../support/killed-bridge.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(3);
const SIZES = { maxMessages: 4, maxMessageSize: 64 };
// For a proof: BRIDGE_MESSAGES=100000, with a kill after each second.
const MESSAGES = Number(process.env['BRIDGE_MESSAGES'] ?? '0');

describe(`kill -9 of a bridge`, function () {
  this.timeout((20_000 + RUNS * 3000 + MESSAGES * 5) * slowdown);

  for (const [what, spooled, concurrency] of [
    ['between two queues', false, 1],
    ['with a spool file', true, 1],
    ['with a spool file that several messages go to at one time', true, 4],
  ] as const) {
    it(`${what}: no message is missing`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mq-bridge-'));
      const [from, to] = [temporaryQueue(SIZES), temporaryQueue(SIZES)];
      const spool = spooled ? [join(folder, 'spool')] : [];
      const env = { ...process.env, SPOOL_AFTER: '0', CONCURRENCY: String(concurrency) };
      const seen = new Map<number, number>();
      const reader = MessageQueue.open(to.name, { access: 'read' });
      const reading = (async () => {
        for await (const message of reader) {
          const number = Number(message.text());
          seen.set(number, (seen.get(number) ?? 0) + 1);
          // The other side is slow now and then, so that there is something in the file.
          if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      const { kills, sent, twice } = await killAgainAndAgain({
        from,
        start: () => runFixture('bridges', [from.name, to.name, ...spool], { env }),
        life: () => (MESSAGES > 0 ? 1000 : Math.random() * 50),
        seen,
        enough: (killed, given) => (MESSAGES > 0 ? given >= MESSAGES : killed >= RUNS),
      });
      await reader.close();
      await reading;
      report(`kill -9 of a bridge ${what}, ${kills} times`, sent - seen.size, sent);
      report(`  came twice or more: ${twice}`, 0, sent);
      // What was in hand of each that was killed, on its way into the file and out of it.
      assert.ok(twice <= (concurrency + (spooled ? 1 : 0)) * kills, `${twice} came twice`);
      assert.deepEqual(leaseFiles(from.name), []);
      rmSync(folder, { recursive: true });
    });
  }
});
