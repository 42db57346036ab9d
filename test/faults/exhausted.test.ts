import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { temporaryQueue } from 'posix-mqueue/testing';
import { Child, runFixture } from '../support/child.js';
import { Ledger, report } from '../support/ledger.js';
import { canUnshare, runUnshared } from '../support/namespace.js';
import { slowdown } from '../support/sanitizer.js';

/** With few descriptors, see prlimit(1). */
function runShort(name: string): Child {
  const path = fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
  return new Child('prlimit', ['--nofile=100', process.execPath, path]);
}

describe('what is used up', function () {
  this.timeout(30_000 * slowdown);

  for (const [what, run, remedy] of [
    ['descriptors of the process', () => runShort('exhausts'), /RLIMIT_NOFILE|ulimit -n/],
    ['queue bytes of the user', () => runFixture('exhausts', ['bytes']), /RLIMIT_MSGQUEUE/],
  ] as const) {
    it(`${what}: an error with the remedy, and the others go on`, async () => {
      const { code, stdout, stderr } = await run().end;
      assert.deepEqual([code, stderr], [0, '']);
      const told = JSON.parse(stdout) as Record<string, unknown>;
      assert.equal(told['code'], 'EMFILE');
      assert.match(told['message'] as string, remedy);
      assert.deepEqual(told['meanwhile'], ['works', 'works']);
      assert.equal(told['after'], 'works');
    });
  }

  it('queues of the system: an error with the remedy, and the others go on', function () {
    // Reason: the limit is lowered in a namespace, which this user may not make.
    if (!canUnshare()) this.skip();
    const output = runUnshared(
      'echo 3 > /proc/sys/fs/mqueue/queues_max',
      `import { MessageQueue } from 'posix-mqueue';
       const queues = [];
       const open = (number) => MessageQueue.open('/q' + number, { create: true, maxMessages: 1 });
       let code, text;
       try { for (let number = 0; ; number += 1) queues.push(open(number)); }
       catch (error) { code = error.code; text = error.message.match(/queues_max=?/)?.[0]; }
       await queues[0].send('works');
       const works = (await queues[0].receive()).text();
       MessageQueue.unlink('/q0');
       await queues[0].close();
       open(9);
       console.log(queues.length, code, text, works);
       process.exit();`,
    );
    assert.match(output, /^3 ENOSPC queues_max=? works$/);
  });

  it('heap, during delivery: the process dies with what it has, the others go on', async () => {
    const ledger = new Ledger();
    const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 16 });
    const sender = runFixture('gives', [queue.name]);
    await sender.printed('giving');
    const path = fileURLToPath(new URL('../fixtures/hoards.js', import.meta.url));
    const flags = ['--max-old-space-size=16', path, queue.name, ledger.file];
    const { signal, stderr } = await new Child(process.execPath, flags).end;
    assert.equal(signal, 'SIGABRT');
    assert.match(stderr, /heap out of memory/);
    const sent = await ledger.stop(sender, queue);
    const missing = ledger.check(sent, 1);
    report('heap exhausted during delivery', missing, sent);
    ledger.remove();
  });
});
