import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { unlinkQuietly } from '../support/code.js';
import { faultRuns, Ledger, report } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';

const RUNS = faultRuns(4);
const SMALL = { maxMessages: 4, maxMessageSize: 16 };
const HOW = ['receive', 'iterator', 'event', 'stream', 'fromQueue'];
const WAIT = ['auto', 'worker', 'loop'];

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
}

describe(`kill -9, ${RUNS} times each`, function () {
  this.timeout((20_000 + RUNS * 2000) * slowdown);

  it('of a consumer: only the message in its hand is gone', async () => {
    const ledger = new Ledger();
    const queue = temporaryQueue(SMALL);
    const sender = runFixture('gives', [queue.name]);
    await sender.printed('giving');
    for (let run = 0; run < RUNS; run += 1) {
      const how = HOW[run % HOW.length] as string;
      const wait = WAIT[Math.floor(run / HOW.length) % WAIT.length] as string;
      const child = runFixture('takes', [queue.name, ledger.file, how, wait]);
      await child.printed('taking');
      await pause();
      child.kill('SIGKILL');
      assert.equal((await child.end).signal, 'SIGKILL');
    }
    const sent = await ledger.stop(sender, queue);
    const missing = ledger.check(sent, RUNS);
    report(`kill -9 of a consumer, ${RUNS} times`, missing, sent);
    ledger.remove();
  });

  it('of a sender that is blocked on a full queue: nothing of its message is there', async () => {
    for (let run = 0; run < RUNS; run += 1) {
      const ledger = new Ledger();
      const queue = temporaryQueue(SMALL);
      const sender = runFixture('gives', [queue.name]);
      await sender.printed('giving');
      while (queue.currentMessages < SMALL.maxMessages) await pause();
      await pause();
      sender.kill('SIGKILL');
      await sender.end;
      ledger.drain(queue);
      assert.deepEqual(ledger.numbers(), [0, 1, 2, 3]);
      assert.equal(queue.trySend('next'), true);
      ledger.remove();
      // A system has 256 queues.
      MessageQueue.unlink(queue.name);
      await queue.close();
    }
  });

  it('of a worker: each request is answered once, but for those in their hands', async () => {
    const requests = temporaryName();
    const responses = temporaryName();
    const host = new Host({ requests, responses, maxMessages: 4, maxMessageSize: 64 });
    const start = (): Child => runFixture('answers', [requests, responses]);
    const seen = new Map<string, number>();
    let sent = 0;
    let stopping = false;
    const reading = (async () => {
      for (;;) {
        const response = await host.receive({ timeout: 1500 }).catch(() => null);
        if (response !== null) {
          const answered = response.toString();
          seen.set(answered, (seen.get(answered) ?? 0) + 1);
        } else if (stopping) return;
      }
    })();
    const sending = (async () => {
      for (; !stopping; sent += 1) await host.send(`task-${sent}`);
    })();
    const steady = start();
    await steady.printed('ready');
    for (let run = 0; run < RUNS; run += 1) {
      const child = start();
      await child.printed('ready');
      await pause();
      child.kill('SIGKILL');
      await child.end;
    }
    stopping = true;
    await sending;
    await reading;
    assert.equal([...seen.values()].filter((times) => times !== 1).length, 0, 'answered twice');
    const missing = sent - seen.size;
    assert.ok(missing <= RUNS, `${missing} of ${sent} have no answer`);
    report(`kill -9 of a worker, ${RUNS} times`, missing, sent);
    await host.close();
  });

  it('of a host: its workers serve the next one', async () => {
    const requests = temporaryName();
    const responses = temporaryName();
    const options = { requests, responses, maxMessages: 2, maxMessageSize: 64 };
    const worker = new Worker(options, (request) => `${request.toString()} done`);
    const running = worker.run();
    await once(worker, 'ready');
    for (let run = 0; run < RUNS; run += 1) {
      // A host that nobody reads for: its responses fill the queue.
      const killed = runFixture('gives', [requests]);
      await killed.printed('giving');
      await pause();
      killed.kill('SIGKILL');
      await killed.end;
      const host = new Host({ ...options, unlink: false });
      host.on('stale', () => undefined);
      await host.send(`run-${run}`);
      let answer = '';
      while (answer !== `run-${run} done`) {
        answer = (await host.receive({ timeout: 5000 })).toString();
      }
      await host.close();
    }
    await worker.close();
    await running;
    unlinkQuietly(requests);
    unlinkQuietly(responses);
  });
});

describe(`SIGSTOP and SIGCONT of a consumer, ${RUNS} times`, function () {
  this.timeout((20_000 + RUNS * 2000) * slowdown);

  for (const wait of WAIT) {
    it(`loses nothing, and it goes on (${wait})`, async () => {
      const ledger = new Ledger();
      const queue = temporaryQueue(SMALL);
      const taker = runFixture('takes', [queue.name, ledger.file, 'receive', wait]);
      await taker.printed('taking');
      const sender = runFixture('gives', [queue.name]);
      await sender.printed('giving');
      for (let run = 0; run < RUNS; run += 1) {
        taker.kill('SIGSTOP');
        await pause();
        const before = ledger.numbers().length;
        taker.kill('SIGCONT');
        while (ledger.numbers().length === before) await pause();
      }
      sender.write('stop\n');
      const { stdout } = await sender.end;
      const sent = Number(/given (\d+)/.exec(stdout)?.[1]);
      while (ledger.numbers().length < sent) await pause();
      taker.kill('SIGKILL');
      await taker.end;
      ledger.drain(MessageQueue.open(queue.name));
      ledger.check(sent, 0);
      assert.deepEqual(
        ledger.numbers(),
        [...ledger.numbers()].sort((a, b) => a - b),
      );
      ledger.remove();
    });
  }
});
