import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { startMqueue } from '../support/command.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, report } from '../support/ledger.js';
import { runsOthers, slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(2);
const SIZES = { maxMessages: 4, maxMessageSize: 64 };
// Longer than it takes an idle worker to find what is left.
const QUIET = 3000;

/** How the command works, one after the other. */
const WAYS = [
  [['--concurrency', '3'], 'cat; sleep 0.02'],
  [['--arg'], 'sleep 0.01; echo "$1"'],
  [['--lines', '--concurrency', '2'], 'while read -r line; do echo "$line"; done'],
] as const;

describe(`kill -9 of mqueue worker --redelivery, ${RUNS} times`, function () {
  this.timeout((60_000 + RUNS * 5000) * slowdown);

  before(function () {
    // Reason: ThreadSanitizer is preloaded into the programs too, and shells crash of it.
    if (!runsOthers) this.skip();
  });

  it('leaves no request unanswered', async () => {
    const [requests, responses] = [temporaryName(), temporaryName()];
    const host = new Host({ requests, responses, codec: text, ...SIZES });
    const seen = new Map<string, number>();
    let sent = 0;
    let stopping = false;
    const reading = (async () => {
      for (;;) {
        const response = await host.receive({ timeout: QUIET }).catch(() => undefined);
        if (response !== undefined) seen.set(response, (seen.get(response) ?? 0) + 1);
        else if (stopping) return;
      }
    })();
    const sending = (async () => {
      for (; !stopping; sent += 1) await host.send(`task-${sent}`);
    })();
    const steady = new Worker(
      // Each worker that starts has first what the one before it left, and is soon killed with it.
      { requests, responses, codec: text, ...SIZES, redelivery: true, maxAttempts: 65_535 },
      async (request) => {
        // The command is to have its share.
        await new Promise((resolve) => setTimeout(resolve, 2));
        return request;
      },
    );
    const working = steady.run();
    await once(steady, 'ready');
    for (let run = 0; run < RUNS; run += 1) {
      const [options, script] = WAYS[run % WAYS.length] ?? WAYS[0];
      const given = ['worker', '--redelivery', '--max-attempts', '65535', ...options];
      const child = startMqueue([...given, requests, responses, '--', 'sh', '-c', script, 'sh']);
      await child.erred(/works on/);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      child.kill('SIGKILL');
      assert.equal((await child.end).signal, 'SIGKILL');
    }
    stopping = true;
    await sending;
    await reading;
    await steady.close();
    await working;
    const twice = [...seen.values()].filter((times) => times > 1).length;
    report(`kill -9 of mqueue worker --redelivery, ${RUNS} times`, sent - seen.size, sent);
    report(`  answered twice or more: ${twice}; came again: ${steady.stats().adopted}`, 0, sent);
    const expected = Array.from({ length: sent }, (_, index) => `task-${index}`);
    assert.deepEqual(
      expected.filter((task) => !seen.has(task)),
      [],
    );
    assert.equal(seen.size, sent, 'answers to nothing that was asked');
    assert.deepEqual(leaseFiles(requests), []);
    await host.close();
  });
});
