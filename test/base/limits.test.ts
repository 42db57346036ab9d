import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { limits } from 'posix-mqueue';
import { defaultSizes, explainOpenFailure } from '#dist/base/limits.js';
import { findMount } from '#dist/base/names.js';
import { canUnshare, runUnshared } from '../support/namespace.js';

const proc = (file: string): number => Number(readFileSync(`/proc/sys/fs/mqueue/${file}`, 'utf8'));

describe('limits', () => {
  it('are those of the system', () => {
    const { maxBytes, ...others } = limits();
    assert.deepEqual(others, {
      maxMessages: proc('msg_max'),
      maxMessageSize: proc('msgsize_max'),
      defaultMessages: proc('msg_default'),
      defaultMessageSize: proc('msgsize_default'),
      maxQueues: proc('queues_max'),
      maxPriority: 32767,
    });
    assert.ok(maxBytes > 0);
  });

  it('tell the queue bytes of the user, as ulimit sets them', () => {
    const script = `import { limits } from 'posix-mqueue'; console.log(limits().maxBytes)`;
    const command = ['--msgqueue=4096', process.execPath, '--input-type=module', '-e', script];
    const output = execFileSync('prlimit', command).toString();
    assert.equal(Number(output), 4096);
  });
});

describe('the default sizes', () => {
  it('are those of the kernel, capped by its limits', function () {
    // Reason: changing the limits needs namespaces, which this user may not make.
    if (!canUnshare()) this.skip();
    const set = (file: string, value: number): string =>
      `echo ${value} > /proc/sys/fs/mqueue/${file}`;
    const output = runUnshared(
      [set('msg_default', 9), set('msg_max', 5), set('msgsize_default', 256)].join(' && '),
      `import { MessageQueue } from 'posix-mqueue';
       const { maxMessages } = MessageQueue.open('/q', { create: true, maxMessageSize: 8 });
       const { maxMessageSize } = MessageQueue.open('/r', { create: true, maxMessages: 1 });
       const both = MessageQueue.open('/s', { create: true });
       console.log(maxMessages, maxMessageSize, both.maxMessages, both.maxMessageSize);
       process.exit();`,
    );
    assert.equal(output, '5 256 5 256');
  });

  it('never keep a queue from being opened where /proc hides the limits', function () {
    // Reason: hiding them needs namespaces, which this user may not make.
    if (!canUnshare()) this.skip();
    const output = runUnshared(
      'mount -t tmpfs none /proc/sys/fs/mqueue',
      `import { MessageQueue } from 'posix-mqueue';
       const options = { create: true, exclusive: true, maxMessages: 2 };
       const { maxMessages, maxMessageSize } = MessageQueue.open('/q', options);
       let code;
       try { MessageQueue.open('/q', options); } catch (error) { code = error.code; }
       console.log(maxMessages, maxMessageSize, code);
       process.exit();`,
    );
    assert.equal(output, '2 8192 EEXIST');
  });

  it('are what the kernel takes for none', () => {
    assert.deepEqual(defaultSizes(), {
      maxMessages: Math.min(proc('msg_default'), proc('msg_max')),
      maxMessageSize: Math.min(proc('msgsize_default'), proc('msgsize_max')),
    });
  });
});

describe('a failure to create a queue', () => {
  const { EINVAL, EMFILE, ENOSPC, EEXIST } = constants.errno;

  it('names the limit that each size is over, its value and the remedy', () => {
    const most = proc('msg_max');
    const largest = proc('msgsize_max');
    assert.match(
      explainOpenFailure(-EINVAL, most + 1, 8) ?? '',
      new RegExp(
        `^maxMessages ${most + 1} is over the limit of ${most} in /proc/sys/fs/mqueue/msg_max\\..*` +
          `sysctl fs\\.mqueue\\.msg_max=${most + 1}$`,
      ),
    );
    assert.match(
      explainOpenFailure(-EINVAL, most, largest + 1) ?? '',
      new RegExp(`^maxMessageSize ${largest + 1} .* ${largest} in .*/msgsize_max\\.`),
    );
  });

  it('is left to the general remedy where the sizes are within the limits', () => {
    assert.equal(explainOpenFailure(-EINVAL, proc('msg_max'), proc('msgsize_max')), undefined);
    assert.equal(explainOpenFailure(-EEXIST, 1_000_000, 1), undefined);
  });

  it('names the queue bytes and how many this one wants', () => {
    const text = explainOpenFailure(-EMFILE, 4, 256) ?? '';
    assert.match(text, new RegExp(`1024 bytes.*${limits().maxBytes} bytes.*RLIMIT_MSGQUEUE`));
  });

  it('names the most queues there may be', () => {
    const text = explainOpenFailure(-ENOSPC, 1, 1) ?? '';
    assert.match(text, new RegExp(`^there are ${proc('queues_max')} queues already.*queues_max=`));
  });
});

describe('the mount point of the mqueue file system', () => {
  it('is found in mountinfo', () => {
    const other = '23 28 0:21 / /proc rw,nosuid - proc proc rw';
    const mqueue = '31 24 0:20 / /dev/my\\040queues rw,nosuid shared:9 - mqueue mqueue rw';
    assert.equal(findMount(`${other}\n${mqueue}\n`), '/dev/my queues');
    assert.equal(findMount(other), undefined);
  });
});
