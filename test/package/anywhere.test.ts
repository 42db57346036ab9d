import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
}

const systems: [what: string, parameters: string[], reason: RegExp][] = [
  ['on Windows', ['--import', fixture('on-windows')], /runs on Linux only, and this is win32/],
  ['with --no-addons', ['--no-addons'], /cannot load its native addon/],
];

for (const [what, parameters, reason] of systems) {
  describe(`a program ${what}`, function () {
    this.timeout(60_000);
    const reports = new Map<string, unknown>();
    let stderr: string;

    before(async () => {
      const child = new Child(process.execPath, [...parameters, fixture('anywhere')], {
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      });
      await child.printed('["runs",true]');
      child.kill('SIGTERM');
      const end = await child.end;
      assert.equal(end.code, 0, end.stdout + end.stderr);
      ({ stderr } = end);
      for (const line of end.stdout.split('\n')) {
        const [title, value] = JSON.parse(line) as [string, unknown];
        reports.set(title, value);
      }
    });

    it('has a MemoryTransport that does what all transports do', () => {
      assert.deepEqual(reports.get('contract'), [true, []]);
    });

    it('has Host and Worker, RpcHost and RpcWorker over it', () => {
      assert.equal(reports.get('service'), 'task-1 processed');
      assert.equal(reports.get('rpc'), 'question answered');
    });

    it('ends by a signal as it should', () => {
      assert.equal(reports.get('stopped'), true);
    });

    it('has names, and is told what to test with in place of queues', () => {
      assert.equal(reports.get('temporaryName'), true);
      const [code, message] = reports.get('temporaryQueue') as [string, string];
      assert.equal(code, 'ERR_MQ_UNSUPPORTED');
      assert.match(message, reason);
      assert.match(message, /new MemoryTransport\(\)/);
    });

    it('is warned of nothing', () => {
      assert.equal(stderr, '');
    });
  });
}
