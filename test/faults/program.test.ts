import assert from 'node:assert/strict';
import { canUnshare, runUnshared } from '../support/namespace.js';
import { slowdown } from '../support/sanitizer.js';

describe('programHandler, where shared memory is full', function () {
  this.timeout(30_000 * slowdown);

  before(function () {
    // Reason: /dev/shm is another one in a namespace, which this user may not make.
    if (!canUnshare()) this.skip();
  });

  /** What becomes of 100,000 bytes that a program is to count. */
  function counted(prepare: string): string {
    const full = 'mount -t tmpfs -o size=16k none /dev/shm';
    return runUnshared(
      `${full} && ${prepare}`,
      `import { readdirSync } from 'node:fs';
       import { programHandler } from 'posix-mqueue/service';
       const handler = programHandler('wc', ['-c']);
       const context = { priority: 0, signal: new AbortController().signal };
       const answer = await handler(Buffer.alloc(100_000), context).then(
         String,
         ({ reason, message }) => [reason, message].join(': '),
       );
       console.log(answer, readdirSync('/dev/shm').length);`,
    );
  }

  it('has the request elsewhere', () => {
    assert.equal(counted('true'), '100000 0');
  });

  it('fails with the remedy where there is no room at all', () => {
    assert.match(
      counted('export TMPDIR=/dev/shm'),
      /^input: Program 'wc' cannot be given the request: .*ENOSPC.* Free some of \/dev\/shm.* 0$/,
    );
  });
});
