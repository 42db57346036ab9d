import assert from 'node:assert/strict';
import { limits } from 'posix-mqueue';
import { examineSystem, type SystemReport } from 'posix-mqueue/inspect';
import { mqueue } from '../support/command.js';
import { inShell } from '../support/mounted.js';
import { canUnshare } from '../support/namespace.js';

describe('mqueue limits', () => {
  const reportOf = (printed: Buffer): SystemReport =>
    JSON.parse(printed.toString()) as SystemReport;
  const checked = (report: SystemReport, name: string): SystemReport['checks'][number] => {
    const check = report.checks.find((each) => each.name === name);
    assert.ok(check !== undefined, name);
    return check;
  };

  it('prints each limit, and what to type to raise it', async () => {
    const { stdout } = await mqueue(['limits', '--json']);
    const { limits: found } = reportOf(stdout);
    const { maxMessages, maxMessageSize, maxQueues, maxBytes } = limits();
    const values = new Map(found.map(({ name, value }) => [name, value]));
    assert.equal(values.get('fs.mqueue.msg_max'), maxMessages);
    assert.equal(values.get('fs.mqueue.msgsize_max'), maxMessageSize);
    assert.equal(values.get('fs.mqueue.queues_max'), maxQueues);
    // JSON has no Infinity.
    assert.equal(values.get('RLIMIT_MSGQUEUE'), Number.isFinite(maxBytes) ? maxBytes : null);
    const { raise } = found.find(({ name }) => name === 'fs.mqueue.msg_max') ?? {};
    assert.equal(raise, `sysctl fs.mqueue.msg_max=${maxMessages * 2}`);
  });

  it('says which addon is loaded, and that queues work', async () => {
    const report = await examineSystem();
    assert.match(checked(report, 'addon').found, /\/posix_mqueue\.node$/);
    assert.ok(checked(report, 'queues').works);
  });

  describe('in a namespace of its own', function () {
    before(function () {
      // Reason: it mounts the mqueue file system for itself.
      if (!canUnshare()) this.skip();
    });

    it('tells what is used, and ends with 0 where all works', async () => {
      const { code, stdout, stderr } = await inShell(`
        $mqueue create a --depth 2 --size 64
        $mqueue limits
        $mqueue limits --json`);
      assert.equal(code, 0, stderr);
      const [table = '', json = ''] = stdout.toString().split(/^(?=\{)/m);
      assert.match(table, /^RLIMIT_MSGQUEUE +\d+ +320 \(0 %\) .*(?:prlimit|ulimit)/m);
      assert.match(table, /^ok {6}list .* mounted at \/tmp\/mq$/m);
      const report = reportOf(Buffer.from(json));
      assert.ok(report.works);
      assert.equal(report.limits.find(({ name }) => name.endsWith('queues_max'))?.used, 1);
      assert.match(checked(report, 'ipc').found, /not that of the machine/);
    });

    it('ends with 1 where the queues cannot be listed, and says what to do', async () => {
      const { code, stdout } = await inShell('umount /tmp/mq; $mqueue limits');
      assert.equal(code, 1);
      assert.match(
        stdout.toString(),
        /^failed {2}list .*not mounted.*mqueue ls --mount, or .*mount -t mqueue/m,
      );
      assert.match(stdout.toString(), /^RLIMIT_MSGQUEUE +\d+ +- /m);
    });

    it('leaves out the limits that a container hides', async () => {
      const { code, stdout, stderr } = await inShell(`
        mount -t tmpfs none /proc/sys
        $mqueue limits --json`);
      assert.equal(code, 0, stderr);
      const names = reportOf(stdout).limits.map(({ name }) => name);
      assert.deepEqual(names, ['RLIMIT_MSGQUEUE', 'RLIMIT_NOFILE', '/dev/shm']);
    });

    it('ends with 1 where no queue can be made, and names the limit', async () => {
      const { code, stdout } = await inShell('ulimit -q 50; $mqueue limits');
      assert.equal(code, 1);
      assert.match(stdout.toString(), /^failed {2}queues .*RLIMIT_MSGQUEUE/m);
      assert.match(stdout.toString(), /^RLIMIT_MSGQUEUE +50 +0 \(0 %\)/m);
    });
  });
});
