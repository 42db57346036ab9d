import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, text } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { unlinkQuietly } from '../support/code.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns, Ledger, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(4);
const SIZES = { maxMessages: 4, maxMessageSize: 64 };
const WAIT = ['auto', 'worker', 'loop'];
// Longer than it takes an idle worker to find what is left.
const QUIET = 3000;

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
}

describe(`kill -9 with redelivery, ${RUNS} times each`, function () {
  this.timeout((60_000 + RUNS * 5000) * slowdown);

  it('of a worker: each request is answered', async () => {
    const [requests, responses] = [temporaryName(), temporaryName()];
    const host = new Host({ requests, responses, ...SIZES });
    const start = (run: number): Child =>
      runFixture('leased', [requests, responses], {
        env: { ...process.env, WAIT: WAIT[run % WAIT.length], CONCURRENCY: String(1 + (run % 3)) },
      });
    const seen = new Map<string, number>();
    let sent = 0;
    let stopping = false;
    const reading = (async () => {
      for (;;) {
        const response = await host.receive({ timeout: QUIET }).catch(() => null);
        if (response !== null) {
          const answered = response.toString();
          seen.set(answered, (seen.get(answered) ?? 0) + 1);
        } else if (stopping) return;
      }
    })();
    const sending = (async () => {
      for (; !stopping; sent += 1) await host.send(`task-${sent}`);
    })();
    const steady = new Worker(
      // Each worker that starts has first what the one before it left, and is soon killed with it.
      { requests, responses, codec: text, ...SIZES, redelivery: true, maxAttempts: 65_535 },
      (request) => request,
    );
    const working = steady.run();
    await once(steady, 'ready');
    for (let run = 0; run < RUNS; run += 1) {
      const child = start(run);
      await child.printed('ready');
      await pause();
      child.kill('SIGKILL');
      await child.end;
    }
    stopping = true;
    await sending;
    await reading;
    await steady.close();
    await working;
    const twice = [...seen.values()].filter((times) => times > 1).length;
    report(`kill -9 of a worker with redelivery, ${RUNS} times`, sent - seen.size, sent);
    report(`  answered twice or more: ${twice}; came again: ${steady.stats().adopted}`, 0, sent);
    assert.equal(sent - seen.size, 0, 'not answered');
    assert.deepEqual(leaseFiles(requests), []);
    await host.close();
  });

  it('of consumeQueue: each message is written down', async () => {
    const ledger = new Ledger();
    const queue = temporaryQueue(SIZES);
    const sender = runFixture('gives', [queue.name]);
    await sender.printed('giving');
    const start = (run: number): Child =>
      runFixture('takes', [queue.name, ledger.file, 'redelivery', WAIT[run % WAIT.length] ?? '']);
    for (let run = 0; run < RUNS; run += 1) {
      const child = start(run);
      await child.printed('taking');
      await pause();
      child.kill('SIGKILL');
      assert.equal((await child.end).signal, 'SIGKILL');
    }
    const sent = await ledger.stop(sender, queue);
    const last = start(0);
    await last.printed('taking');
    const since = performance.now();
    const isAll = (): boolean => new Set(ledger.numbers()).size === sent;
    while (!isAll() && performance.now() - since < QUIET) await pause();
    while (leaseFiles(queue.name).length > 1) await pause();
    last.write('stop\n');
    await last.end;
    const numbers = ledger.numbers();
    const missing = sent - new Set(numbers).size;
    report(`kill -9 of consumeQueue with redelivery, ${RUNS} times`, missing, sent);
    report(`  taken twice or more: ${numbers.length - (sent - missing)}`, 0, sent);
    assert.equal(missing, 0);
    assert.deepEqual(leaseFiles(queue.name), []);
    ledger.remove();
  });
});

/** A worker that was killed with a request, and then one that is not: how often the request was answered. */
async function answersAfter(environment: NodeJS.ProcessEnv, at: string): Promise<number> {
  const [requests, responses] = [temporaryName(), temporaryName()];
  const [toWorkers, fromWorkers] = [requests, responses].map((name) =>
    MessageQueue.open(name, { ...SIZES, create: true }),
  ) as [MessageQueue, MessageQueue];
  const child = runFixture('leased', [requests, responses, at], {
    env: { ...process.env, ...environment },
  });
  // Some die before they have taken anything.
  await Promise.race([child.printed('ready').catch(() => undefined), child.end]);
  await toWorkers.send('a');
  const { signal, stderr } = await child.end;
  assert.equal(signal, 'SIGKILL', stderr);
  const worker = new Worker(
    { requests, responses, codec: text, ...SIZES, redelivery: true },
    (request) => request,
  );
  const running = worker.run();
  await once(worker, 'ready');
  // Behind it: what comes again comes first, and what is in the queue stands before it.
  await toWorkers.send('end');
  let answers = 0;
  while ((await fromWorkers.receive()).text() !== 'end') answers += 1;
  await worker.close();
  await running;
  assert.deepEqual(leaseFiles(requests), []);
  for (const queue of [toWorkers, fromWorkers]) {
    unlinkQuietly(queue.name);
    await queue.close();
  }
  return answers;
}

describe('a worker with redelivery that is killed at one step', function () {
  this.timeout(60_000 * slowdown);

  for (const [step, answers] of [
    ['begin', 1],
    ['end', 1],
    ['answered', 2],
    ['done', 1],
  ] as const) {
    for (const wait of WAIT) {
      it(`${step} (${wait}): its request is answered, ${answers === 1 ? 'once' : 'twice'}`, async () => {
        assert.equal(await answersAfter({ WAIT: wait }, step), answers);
      });
    }
  }

  // By an addon that is built with -Dfaults=1: npm run test:steps.
  for (const [step, answers] of [
    ['taken', 1],
    ['filled', 1],
    ['receiving', 1],
    ['received', 1],
    ['measured', 1],
    ['held', 1],
    ['done', 2],
    ['freed', 1],
  ] as const) {
    for (const wait of WAIT) {
      it(`${step}, within the addon (${wait}): its request is answered`, async function () {
        // Reason: only a build for tests, which `npm run test:steps` makes, stops within the addon.
        if (process.env['ADDON_FAULTS'] === undefined) this.skip();
        assert.equal(await answersAfter({ WAIT: wait, MQUEUE_FAULT: step }, 'never'), answers);
      });
    }
  }
});
