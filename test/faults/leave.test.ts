import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { Child, runFixture } from '../support/child.js';
import { until } from '../support/code.js';
import { runsOthers } from '../support/sanitizer.js';

describe('a process that ends from within the code that got a message', () => {
  const ways = ['receive', 'receiveMany', 'iterator', 'event', 'stream', 'uncaught exception'];
  for (const wait of ['worker', 'loop']) {
    for (const how of ways) {
      it(`takes it along (${how}, ${wait})`, async () => {
        const queue = temporaryQueue();
        const child = runFixture('leaves', [queue.name, wait, how]);
        await child.printed('waiting');
        await queue.send('once');
        const { stdout } = await child.end;
        assert.match(stdout, /got once/);
        assert.equal(queue.tryReceive()?.text(), undefined);
      });
    }
  }
});

describe("an exit in which other listeners of 'exit' get in the way", () => {
  for (const [how, code] of [
    ['exits within', 7],
    ['throws', 7],
    ['removed', 7],
    ['uncaught, removed', 1],
  ] as const) {
    it(`ends all the same (${how})`, async () => {
      const child = runFixture('exits', [how]);
      await child.printed('waiting');
      child.write('go\n');
      assert.equal((await child.end).code, code);
    });
  }
});

describe('a wait that is given up while no signal can be queued', function () {
  before(function () {
    // Reason: prlimit(1) is missing or may not do it, or cannot run under ThreadSanitizer.
    const limited = spawnSync('prlimit', ['--sigpending=0', 'true']).status === 0;
    if (!runsOthers || !limited) this.skip();
  });

  for (const [how, printed] of [
    ['close', 'ERR_MQ_CLOSED'],
    ['tryReceive', 'ETIMEDOUT\nnull'],
    ['exit', ''],
  ] as const) {
    it(`ends all the same (${how})`, async () => {
      const path = fileURLToPath(new URL('../fixtures/cancels.js', import.meta.url));
      const child = new Child('prlimit', ['--sigpending=0', process.execPath, path, how]);
      const { code, stdout, stderr } = await child.end;
      assert.deepEqual([code, stdout, stderr], [0, printed, '']);
    });
  }
});

describe('an end for which no signal can be queued', () => {
  it('waits for room as others do', async function () {
    // Reason: prlimit(1) is missing or may not do it, or cannot run under ThreadSanitizer.
    const limited = spawnSync('prlimit', ['--sigpending=0', 'true']).status === 0;
    if (!runsOthers || !limited) this.skip();
    const queue = temporaryQueue({ maxMessages: 1 });
    await queue.send('held');
    const path = fileURLToPath(new URL('../fixtures/ends-full.js', import.meta.url));
    const parameters = ['--sigpending=0', process.execPath, path, queue.name];
    const { code, stdout, stderr } = await new Child('prlimit', parameters).end;
    assert.equal(code, 0);
    assert.match(stderr, /MQ_UNDELIVERED.*1 message/);
    assert.ok(Number(/after ([\d.]+)/.exec(stdout)?.[1]) >= 90, stdout);
  });
});

describe('a process for which no real-time signal is free', () => {
  before(function () {
    // Reason: ThreadSanitizer is preloaded into the shell too, which crashes of it.
    if (!runsOthers) this.skip();
  });

  it('watches its descriptors, and rests', async () => {
    const path = fileURLToPath(new URL('../fixtures/idles.js', import.meta.url));
    // Signals that are ignored are inherited, see signal(7).
    const ignore = 'for number in $(seq 34 64); do trap "" $number; done; exec "$0" "$1"';
    const child = new Child('bash', ['-c', ignore, process.execPath, path]);
    const { code, stdout, stderr } = await child.end;
    assert.deepEqual([code, stdout, stderr], [0, 'loop idle', '']);
  });
});

describe('worker.terminate() of a thread whose event loop has several deliveries at once', () => {
  for (const [wait, count] of [
    ['worker', 2],
    ['loop', 3],
  ] as const) {
    it(`loses none of them (${wait})`, async () => {
      const queues = Array.from({ length: count }, () => temporaryQueue());
      const names = queues.map(({ name }) => name);
      const program = new URL('../fixtures/busy-thread.js', import.meta.url);
      const thread = new Worker(program, { workerData: { names, wait } });
      assert.deepEqual(await once(thread, 'message'), ['waiting']);
      thread.postMessage('go');
      assert.deepEqual(await once(thread, 'message'), ['busy']);
      let delivered = 0;
      thread.on('message', () => (delivered += 1));
      for (const queue of queues) await queue.send('one');
      // A blocked thread takes its message at once; a loop that is busy cannot.
      if (wait === 'worker')
        await until(() => queues.every((each) => each.currentMessages === 0), 'empty queues');
      await thread.terminate();
      assert.equal(delivered, 0);
      for (const queue of queues) assert.equal(queue.tryReceive()?.text(), 'one', queue.name);
      await MessageQueue.open(names[0] as string).close();
    });
  }
});
