import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { temporaryQueue } from 'posix-mqueue/testing';
import { Child, runFixture } from '../support/child.js';
import { isEmulated } from '../support/machine.js';
import { runsOthers, slowdown } from '../support/sanitizer.js';

const ENDS = [
  'a handler of uncaught exceptions that throws',
  'process.exit() without any listener',
  "a first listener of 'exit' that throws",
  "a first listener of 'exit' that exits",
  "a first listener of 'exit' that really exits",
  'another process.emit()',
  'process.reallyExit()',
  'code of another context',
  "a listener of 'exit' that begins to wait",
];
const SIZES = { maxMessages: 1, maxMessageSize: 512 };

async function receives(how: string, what: string, when = ''): Promise<void> {
  const queue = temporaryQueue(SIZES);
  const child = runFixture('ends-unheard', [how, what, queue.name, when]);
  await child.printed('waiting');
  child.write('go\n');
  await child.printed('ending');
  await queue.send('late', { priority: 3 });
  assert.notEqual((await child.end).code, 0, what);
  const message = queue.tryReceive();
  assert.deepEqual([message?.text(), message?.priority], ['late', 3], what);
  assert.equal(queue.tryReceive(), null, what);
}

async function sends(how: string): Promise<void> {
  const queue = temporaryQueue(SIZES);
  await queue.send('full');
  const child = runFixture('ends-unheard', [how, 'send', queue.name]);
  await child.printed('waiting');
  child.write('go\n');
  assert.notEqual((await child.end).code, 0);
  assert.equal(queue.tryReceive()?.text(), 'full');
  assert.equal(queue.tryReceive(), null);
}

// A process that hangs is caught by the time limit of the test.
describe("a process that ends and calls no listener of 'exit' of the library", function () {
  this.timeout(30_000 * slowdown);

  for (const how of ENDS) {
    it(`ends, and its threads take no message along (${how})`, async () => {
      const readers = ['receive', 'listener', 'stream', 'worker'].map((what) =>
        receives(how, what),
      );
      await Promise.all([...readers, sends(how)]);
    });
  }

  it('ends from within a timer, which runs outside the poll of the loop', async () => {
    await receives('process.reallyExit()', 'receive', 'of a timer');
  });
});

describe('a process whose event loop is busy', function () {
  this.timeout(30_000 * slowdown);

  before(function () {
    // Reason: the kernel tells nobody which system calls threads are in.
    if (!existsSync('/proc/self/syscall')) this.skip();
  });

  it('leaves the line to others, and stands in it again', async () => {
    const queue = temporaryQueue({ maxMessages: 10, maxMessageSize: 16 });
    const control = temporaryQueue(SIZES);
    const child = runFixture('busy-loop', [queue.name, control.name]);
    await child.printed('waiting');
    child.write('go\n');
    await child.printed('left');
    for (const data of ['a', 'b', 'c']) await queue.send(data);
    for (const data of ['a', 'b', 'c']) assert.equal((await queue.receive()).text(), data);
    await control.send('go on');
    await child.printed('waits again');
    await queue.send('d');
    await child.printed('got d');
  });
});

describe('a process that could not begin the guard with its first wait', function () {
  this.timeout(30_000 * slowdown);
  // More than Node begins with, and as few as can soon be used up.
  const limited = ['--nproc=40', process.execPath];

  before(function () {
    // Reason: only root may become another user, and only another one is held to the limit of threads.
    // Nor does it do with qemu, which has a thread of its own in each process that begins, or else aborts that.
    const becomes = [...limited, '-e', 'process.setuid(54321)'];
    if (isEmulated || !runsOthers || spawnSync('prlimit', becomes).status !== 0) this.skip();
  });

  it('begins it with the next one', async () => {
    const path = fileURLToPath(new URL('../fixtures/guard-late.js', import.meta.url));
    // Another user may not write what the tests reach.
    const env = { ...process.env, NODE_V8_COVERAGE: undefined };
    const { code, stdout, stderr } = await new Child('prlimit', [...limited, path], { env }).end;
    assert.deepEqual([code, stdout, stderr], [7, 'waiting', '']);
  });
});
