import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { limits } from 'posix-mqueue';
import { findMount } from '#dist/names.js';

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
    const command = `ulimit -S -q 4096; exec "$0" --input-type=module -e "$1"`;
    const output = execFileSync('bash', ['-c', command, process.execPath, script]).toString();
    assert.equal(Number(output), 4096);
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
