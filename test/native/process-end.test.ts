import assert from 'node:assert/strict';
import type { WaitMode } from 'posix-mqueue';
import { runFixture, type End } from '../support/child.js';
import { slowdown } from '../support/sanitizer.js';

async function endOf(wait: WaitMode, count: number, action: string, env = {}): Promise<End> {
  const options = { env: { ...process.env, ...env } };
  const child = runFixture('waiting', [wait, String(count), action], options);
  await child.printed('waiting');
  child.mark();
  child.write('go\n');
  return child.end;
}

// A process that hangs is caught by the time limit of the test.
describe('a process with receives waiting', function () {
  this.timeout(30_000 * slowdown);

  for (const wait of ['auto', 'worker', 'loop'] satisfies WaitMode[]) {
    const count = wait === 'worker' ? 2 : 5;

    it(`ends at process.exit (${wait})`, async () => {
      const { code, stderr } = await endOf(wait, count, 'exit');
      assert.deepEqual([code, stderr], [3, '']);
    });

    it(`ends at an uncaught exception (${wait})`, async () => {
      const { code, stderr } = await endOf(wait, count, 'throw');
      assert.equal(code, 1);
      assert.match(stderr, /Error: uncaught/);
    });

    it(`ends by itself after close (${wait})`, async () => {
      const { code, stderr } = await endOf(wait, count, 'close');
      assert.deepEqual([code, stderr], [0, '']);
    });

    it(`lets worker.terminate() end its thread (${wait})`, async () => {
      const { code, stdout, stderr } = await endOf(wait, count, 'terminate');
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /terminated/);
    });

    it(`ends at process.exit over a waiting thread (${wait})`, async () => {
      const { code, stderr } = await endOf(wait, count, 'exit with thread');
      assert.deepEqual([code, stderr], [3, '']);
    });
  }

  for (const wait of ['auto', 'loop'] satisfies WaitMode[]) {
    it(`ends by itself after unref (${wait})`, async () => {
      const { code, stderr } = await endOf(wait, 3, 'unref');
      assert.deepEqual([code, stderr], [0, '']);
    });
  }

  it('ends by a signal, as any program', async () => {
    const child = runFixture('waiting', ['auto', '3', 'exit']);
    await child.printed('waiting');
    child.kill('SIGTERM');
    assert.equal((await child.end).signal, 'SIGTERM');
  });
});

describe('the thread pool with 24 idle queues', function () {
  this.timeout(30_000 * slowdown);

  for (const size of ['', '1', '2', '3', '16']) {
    it(`goes on working (UV_THREADPOOL_SIZE=${size || 'unset'})`, async () => {
      const env = { UV_THREADPOOL_SIZE: size === '' ? undefined : size };
      const { code, stdout, stderr } = await endOf('auto', 24, 'pool', env);
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(stdout, /pool works/);
    });
  }
});

describe("a program that emits 'exit' itself and goes on", function () {
  this.timeout(30_000 * slowdown);

  for (const wait of ['auto', 'worker', 'loop'] satisfies WaitMode[]) {
    it(`receives and sends as before (${wait})`, async () => {
      const { code, stdout, stderr } = await runFixture('goes-on', [wait]).end;
      const lines = [
        'stood in line: 1',
        'begun within: 2',
        'sent before: 3',
        'sent: 4',
        'in order: true',
      ];
      assert.deepEqual([code, stdout.split('\n'), stderr], [0, lines, '']);
    });
  }
});
