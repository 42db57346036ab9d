import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import type { Child } from '../support/child.js';
import { mqueue, printedBy, startMqueue } from '../support/command.js';
import { unlinkQuietly } from '../support/code.js';
import { takeAll } from '../support/messages.js';

const SMALL = { maxMessages: 2, maxMessageSize: 16 };

async function late(args: readonly string[], text: RegExp): Promise<void> {
  const { code, stdout, stderr } = await mqueue(['wait', ...args, '--timeout', '50ms']);
  assert.deepEqual([code, stdout.toString()], [124, ''], stderr);
  assert.match(stderr, text);
}

/** Resolves when another process has the queue open. */
async function untilOpened(name: string): Promise<void> {
  for (;;) {
    const { openBy } = JSON.parse(await printedBy(['stat', '--json', name])) as {
      openBy: { pid: number }[];
    };
    if (openBy.some(({ pid }) => pid !== process.pid)) return;
  }
}

async function endsWell(child: Child): Promise<void> {
  const { code, signal, stdout, stderr } = await child.end;
  assert.deepEqual([code, signal, stdout, stderr], [0, null, '', '']);
}

describe('mqueue wait', () => {
  it('waits until the queue exists', async () => {
    const name = temporaryName();
    await late([name], /^mqueue: there was no queue .* in time\. .*--timeout/);
    const child = startMqueue(['wait', name.slice(1)]);
    await using queue = MessageQueue.open(name, { create: true, ...SMALL });
    await endsWell(child);
    await endsWell(startMqueue(['wait', name, '--timeout', '0']));
    queue.unlink();
  });

  it('waits until it has a message, and takes none', async () => {
    const queue = temporaryQueue(SMALL);
    await late([queue.name, '--message'], /queue .* had no message in time/);
    const child = startMqueue(['wait', queue.name, '--message']);
    await untilOpened(queue.name);
    await queue.send('a');
    await endsWell(child);
    await endsWell(startMqueue(['wait', queue.name, '--message']));
    assert.deepEqual(takeAll(queue), ['a']);
  });

  it('waits until it is empty', async () => {
    const queue = temporaryQueue(SMALL);
    await endsWell(startMqueue(['wait', queue.name, '--empty']));
    await queue.send('a');
    await queue.send('b');
    await late([queue.name, '--empty'], /queue .* was not empty in time/);
    const child = startMqueue(['wait', queue.name, '--empty']);
    await untilOpened(queue.name);
    assert.deepEqual(takeAll(queue), ['a', 'b']);
    await endsWell(child);
  });

  it('waits for both: that it exists, and has a message', async () => {
    const name = temporaryName();
    await late([name, '--message'], /there was no queue/);
    const child = startMqueue(['wait', name, '--message']);
    await using queue = MessageQueue.open(name, { create: true, ...SMALL });
    await queue.send('a');
    await endsWell(child);
    queue.unlink();
  });

  it('goes on with the queue that has the name', async () => {
    const name = temporaryName();
    const how = { create: true, ...SMALL };
    const before = MessageQueue.open(name, how);
    const child = startMqueue(['wait', name, '--message']);
    await untilOpened(name);
    before.unlink();
    await before.close();
    await using queue = MessageQueue.open(name, how);
    await queue.send('a');
    await endsWell(child);
    unlinkQuietly(name);
  });

  it('ends by a signal', async () => {
    const queue = temporaryQueue(SMALL);
    for (const [args, signal] of [
      [[queue.name, '--message'], 'SIGINT'],
      [[queue.name, '--message', '--timeout', '1m'], 'SIGTERM'],
    ] as const) {
      const child = startMqueue(['wait', ...args]);
      await untilOpened(queue.name);
      child.kill(signal);
      const ended = await child.end;
      assert.deepEqual([ended.signal, ended.stderr], [signal, '']);
    }
  });

  it('refuses to wait for what cannot be', async () => {
    const ended = await mqueue(['wait', temporaryName(), '--message', '--empty']);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /cannot be used with/);
  });
});
