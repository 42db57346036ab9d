import assert from 'node:assert/strict';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { printedBy, startMqueue } from '../support/command.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(3);
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function numbers(printed: string): number[] {
  return printed.split('\n').filter(Boolean).map(Number);
}

describe(`kill -9 of mqueue recv --ack, ${RUNS} times`, function () {
  this.timeout((60_000 + RUNS * 5000) * slowdown);

  it('each message is printed', async () => {
    const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 64 });
    const sender = runFixture('gives', [queue.name]);
    const printed: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const child = startMqueue(['recv', '--ack', '--follow', queue.name]);
      await child.line();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      child.kill('SIGKILL');
      const { signal, stdout } = await child.end;
      assert.equal(signal, 'SIGKILL');
      printed.push(...numbers(stdout));
    }
    sender.write('stop\n');
    const last = printedBy(['recv', '--ack', '--idle', '2s', queue.name]);
    const { stdout } = await sender.end;
    const sent = Number(/given (\d+)$/.exec(stdout)?.[1]);
    printed.push(...numbers(await last));
    const seen = new Set(printed);
    const missing = Array.from({ length: sent }, (_, number) => number).filter(
      (number) => !seen.has(number),
    );
    report(`kill -9 of mqueue recv --ack, ${RUNS} times`, missing.length, sent);
    report(`  printed twice or more: ${printed.length - seen.size}`, 0, sent);
    assert.deepEqual(missing, []);
    assert.equal(seen.size, sent, 'something that nobody has sent');
    assert.deepEqual(leaseFiles(queue.name), []);
  });
});

describe(`signals to mqueue recv under load, ${RUNS} times each`, function () {
  this.timeout((60_000 + RUNS * 5000) * slowdown);

  for (const ack of [[], ['--ack']]) {
    it(`each message is printed once ${ack.join(' ')}`, async () => {
      const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 64 });
      const sender = runFixture('gives', [queue.name]);
      const printed: number[] = [];
      for (let run = 0; run < RUNS; run += 1) {
        const child = startMqueue(['recv', '--follow', queue.name, ...ack]);
        await child.line();
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
        const sent = SIGNALS[run % SIGNALS.length] ?? 'SIGINT';
        child.kill(sent);
        const { signal, stdout, stderr } = await child.end;
        assert.deepEqual([signal, stderr], [sent, '']);
        printed.push(...numbers(stdout));
      }
      sender.write('stop\n');
      const last = printedBy(['recv', '--idle', '2s', queue.name, ...ack]);
      const { stdout } = await sender.end;
      printed.push(...numbers(await last));
      const sent = Number(/given (\d+)$/.exec(stdout)?.[1]);
      // With leases some may have come again, behind others.
      if (ack.length > 0) printed.sort((a, b) => a - b);
      assert.deepEqual(printed, [...Array(sent).keys()]);
    });
  }
});
