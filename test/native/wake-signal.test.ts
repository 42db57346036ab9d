import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { temporaryQueue } from 'posix-mqueue/testing';
import { Child, runFixture } from '../support/child.js';
import { until } from '../support/code.js';
import { compiler } from '../support/machine.js';
import { runsOthers, slowdown } from '../support/sanitizer.js';

const sources = fileURLToPath(new URL('../../../test/libraries/', import.meta.url));
const built = fileURLToPath(new URL('../../libraries/', import.meta.url));

describe('a wait on a pool thread whose signal another library', function () {
  this.timeout(30_000 * slowdown);

  const library = `${built}signals.so`;

  before(function () {
    // Reason: the library needs a compiler, which ThreadSanitizer would be preloaded into.
    if (!runsOthers || spawnSync(compiler, ['--version']).status !== 0) this.skip();
    mkdirSync(built, { recursive: true });
    const flags = ['-shared', '-fPIC', '-Wall', '-Wextra', '-Werror', '-Wl,-z,nodelete'];
    execFileSync(compiler, [...flags, `${sources}signals.cc`, '-o', library], { stdio: 'inherit' });
  });

  for (const [what, how] of [
    ['set back to its default', 'default'],
    ['ignores', 'ignore'],
    ['handles', 'handle'],
  ] as const) {
    it(`${what} can be given up, and so can the next one`, async () => {
      const env = { ...process.env, SIGNALS: how };
      const { code, signal, stdout, stderr } = await runFixture('robbed', [library], { env }).end;
      const expected = [0, null, 'ABORT_ERR\nERR_MQ_CLOSED', ''];
      assert.deepEqual([code, signal, stdout, stderr], expected);
    });
  }
});

describe('a wait on a pool thread while no signal can be queued', function () {
  this.timeout(30_000 * slowdown);

  it('can be given up after somebody else listened to the signal that takes its place', async function () {
    // Reason: prlimit(1) is missing or may not do it, or cannot run under ThreadSanitizer.
    if (!runsOthers || spawnSync('prlimit', ['--sigpending=0', 'true']).status !== 0) this.skip();
    const path = fileURLToPath(new URL('../fixtures/cancels.js', import.meta.url));
    const child = new Child('prlimit', ['--sigpending=0', process.execPath, path, 'SIGURG']);
    const { code, stdout, stderr } = await child.end;
    assert.deepEqual([code, stdout, stderr], [0, 'ETIMEDOUT\nETIMEDOUT', '']);
  });
});

describe('a thread of the pool', () => {
  /** The signals that each thread of this process blocks; see proc(5). */
  function blockedSignals(): string[] {
    return readdirSync('/proc/self/task').map((id) => {
      const status = readFileSync(`/proc/self/task/${id}/status`, 'latin1');
      return `${id} ${/SigBlk:\s*(\w+)/.exec(status)?.[1]}`;
    });
  }

  it('has the signals blocked after a wait that it had before, for who starts a process there', async () => {
    const queue = temporaryQueue({ wait: 'worker', maxMessages: 1 });
    const before = blockedSignals();
    for (let round = 0; round < 8; round += 1) {
      const controller = new AbortController();
      const receiving = queue.receive({ signal: controller.signal }).catch(() => undefined);
      await until(() => queue.waiting !== null, 'a wait');
      controller.abort();
      await receiving;
      await until(() => queue.waiting === null, 'the end of the wait');
    }
    const known = new Set(before.map((each) => each.split(' ')[0]));
    const after = blockedSignals().filter((each) => known.has(each.split(' ')[0] as string));
    assert.deepEqual(after, before);
  });
});
