import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { COMMAND, mqueue, printedBy, runProgram, startMqueue } from '../support/command.js';
import { nextTurn, until } from '../support/code.js';
import { leaseFiles } from '../support/leases.js';
import { fill, takeAll } from '../support/messages.js';
import { hasTerminals, onTerminal } from '../support/terminal.js';

const SMALL = { maxMessages: 4, maxMessageSize: 16 };
const env = { ...process.env, mqueue: `${process.execPath} ${COMMAND}` };

/** Ends with this code, and says so. */
async function fails(args: readonly string[], code: number, text: RegExp): Promise<string> {
  const ended = await mqueue(['recv', ...args]);
  assert.equal(ended.code, code, ended.stderr);
  assert.match(ended.stderr, text);
  assert.equal(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr);
  return ended.stdout.toString();
}

/** Resolves when a process waits in a system call for a message of the queue. */
async function untilWaiting({ name }: MessageQueue): Promise<void> {
  while (!(await printedBy(['stat', name])).includes('waits to receive'));
}

for (const ack of [[], ['--ack']]) {
  const suffix = ack.join(' ');

  describe(`mqueue recv ${suffix}`, () => {
    it('takes one message, of the highest priority', async () => {
      const queue = temporaryQueue(SMALL);
      await queue.send('low');
      await queue.send('high', { priority: 5 });
      assert.equal(await printedBy(['recv', queue.name.slice(1), ...ack]), 'high\n');
      assert.deepEqual(takeAll(queue), ['low']);
    });

    it('waits for it, so long as it may', async () => {
      const queue = temporaryQueue(SMALL);
      const late = /^mqueue: queue .* brought no message in time\. .*--timeout/;
      assert.equal(await fails([queue.name, '--timeout', '50ms', ...ack], 124, late), '');
      const receiving = printedBy(['recv', queue.name, '--timeout', '1m', ...ack]);
      await queue.send('a');
      assert.equal(await receiving, 'a\n');
    });

    it('takes as many as it is told', async () => {
      const queue = temporaryQueue(SMALL);
      await fill(queue, 'a', 'b', 'c');
      assert.equal(await printedBy(['recv', queue.name, '--count', '2', ...ack]), 'a\nb\n');
      const late = /no message in time, after 1 message of 2\./;
      const options = ['--count', '2', '--timeout', '50ms', ...ack];
      assert.equal(await fails([queue.name, ...options], 124, late), 'c\n');
    });

    it('takes what is there', async () => {
      const queue = temporaryQueue(SMALL);
      assert.equal(await printedBy(['recv', queue.name, '--until-empty', ...ack]), '');
      await fill(queue, 'a', 'b', 'c');
      assert.equal(await printedBy(['recv', queue.name, '--until-empty', ...ack]), 'a\nb\nc\n');
      await fill(queue, 'a', 'b', 'c');
      const two = ['recv', queue.name, '--until-empty', '--count', '2', ...ack];
      assert.equal(await printedBy(two), 'a\nb\n');
      assert.deepEqual(takeAll(queue), ['c']);
    });

    it('takes what comes until none comes any more', async () => {
      const queue = temporaryQueue(SMALL);
      const receiving = printedBy(['recv', queue.name, '--idle', '200ms', ...ack]);
      await untilWaiting(queue);
      await fill(queue, 'a', 'b', 'c', 'd', 'e');
      assert.equal(await receiving, 'a\nb\nc\nd\ne\n');
      // The first one has a time of its own.
      const options = ['--idle', '1m', '--timeout', '50ms', ...ack];
      await fails([queue.name, ...options], 124, /brought no message in time\./);
    });

    it('prints them as it is told', async () => {
      const queue = temporaryQueue(SMALL);
      for (const [format, expected] of [
        [['--format', 'text'], 'a\xff\0\n\n'],
        [['--format', 'raw'], 'a\xff\0'],
        [['--format', 'hex'], '61ff00\n\n'],
        [['--null'], 'a\xff\0\0\0'],
        [['--format', 'hex', '--null'], '61ff00\0\0'],
        [['--format', 'json'], '{"priority":0,"base64":"Yf8A"}\n{"priority":0,"body":""}\n'],
      ] as const) {
        await queue.send(Buffer.from('a\xff\0', 'latin1'));
        await queue.send('');
        const ended = await mqueue(['recv', queue.name, '--count', '2', ...format, ...ack]);
        assert.equal(ended.stdout.toString('latin1'), expected, ended.stderr);
      }
    });

    it('refuses what does not go together', async () => {
      const { name } = temporaryQueue(SMALL);
      await fails([name, '--format', 'raw', '--null', ...ack], 2, /leave --null out/);
      await fails([name, '--follow', '--count', '2', ...ack], 2, /cannot be used with/);
      await fails([name, '--until-empty', '--follow', ...ack], 2, /cannot be used with/);
      await fails([name, '--count', '0', ...ack], 2, /1 or more/);
      await fails([name, '--format', 'xml', ...ack], 2, /text, json, hex, raw/);
      await fails([temporaryName(), ...ack], 1, /there is no queue/);
    });

    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      it(`ends by ${signal}, and takes nothing any more`, async () => {
        const queue = temporaryQueue(SMALL);
        const child = startMqueue(['recv', '--follow', queue.name, ...ack]);
        await queue.send('a');
        await child.printed('a');
        await untilWaiting(queue);
        child.kill(signal);
        const ended = await child.end;
        assert.deepEqual([ended.signal, ended.stderr], [signal, '']);
        await queue.send('b');
        assert.deepEqual(takeAll(queue), ['b']);
      });
    }

    it('takes nothing where a signal comes before it has begun', async () => {
      const queue = temporaryQueue(SMALL);
      await queue.send('a');
      const child = startMqueue(['recv', queue.name, ...ack]);
      child.kill('SIGINT');
      const { signal, stdout } = await child.end;
      assert.deepEqual([signal, stdout], ['SIGINT', '']);
      assert.deepEqual(takeAll(queue), ['a']);
    });

    it('ends when nobody reads it, and the message goes back', async () => {
      const queue = temporaryQueue(SMALL);
      const child = startMqueue(['recv', '--follow', queue.name, ...ack]);
      await queue.send('a');
      await child.printed('a');
      child.process.stdout?.destroy();
      await queue.send('b', { priority: 3 });
      const { signal } = await child.end;
      assert.equal(signal, 'SIGPIPE');
      const message = queue.tryReceive();
      assert.deepEqual([message?.text(), message?.priority], ['b', 3]);
    });

    it('is read by head(1)', async () => {
      const queue = temporaryQueue(SMALL);
      await fill(queue, 'a', 'b');
      const shell = `$mqueue recv --count 1 ${suffix} ${queue.name} | head -1`;
      const { stdout, stderr } = await runProgram('sh', ['-c', shell], '', { env });
      assert.deepEqual([stdout.toString(), stderr], ['a\n', '']);
      assert.deepEqual(takeAll(queue), ['b']);
    });

    it('ends where there is no room for its output, and the message goes back', async () => {
      const queue = temporaryQueue(SMALL);
      await fill(queue, 'a', 'b');
      const shell = `$mqueue recv --follow ${suffix} ${queue.name} > /dev/full`;
      const { code, stderr } = await runProgram('sh', ['-c', shell], '', { env });
      assert.equal(code, 1);
      assert.match(stderr, /^mqueue: standard output takes no more: ENOSPC/m);
      assert.deepEqual(takeAll(queue).toSorted(), ['a', 'b']);
    });

    it('goes on with the queue that has the name', async () => {
      const name = temporaryName();
      const how = { create: true, ...SMALL };
      const before = MessageQueue.open(name, how);
      const child = startMqueue(['recv', '--follow', name, ...ack]);
      await before.send('a');
      await child.printed('a');
      before.unlink();
      await before.close();
      await using queue = MessageQueue.open(name, how);
      await queue.send('b');
      await child.printed('b');
      child.kill('SIGINT');
      assert.equal((await child.end).signal, 'SIGINT');
      queue.unlink();
    });

    for (const end of ack.length > 0 ? (['SIGTERM', 'SIGKILL'] as const) : (['SIGTERM'] as const)) {
      it(`loses nothing by ${end} where its reader has stopped reading`, async function () {
        this.timeout(30_000);
        const queue = temporaryQueue({ maxMessages: 8, maxMessageSize: 8192 });
        const child = startMqueue(['recv', '--follow', queue.name, ...ack]);
        child.process.stdout?.pause();
        const sent = ['first'];
        await queue.send('first');
        await until(() => queue.currentMessages === 0, 'a receiver');
        // Until neither the pipe nor the queue has room.
        for (let next = '1 '; await sendSoon(queue, next);) {
          sent.push(next);
          next = `${sent.length} `.padEnd((sent.length * 997) % 8000, '.');
        }
        child.kill(end);
        while (child.process.signalCode === null) await nextTurn();
        child.process.stdout?.resume();
        const { signal, stdout, stderr } = await child.end;
        assert.equal(signal, end, stderr);
        const printed = lines(stdout);
        // Of a message that is longer than what a pipe takes at once a part may be there, and all of it comes again.
        if (!sent.includes(printed.at(-1) ?? '')) printed.pop();
        const rest = [...takeAll(queue), ...(await keptIn(stderr, queue))];
        if (ack.length > 0) {
          rest.push(...lines(await printedBy(['recv', queue.name, '--ack', '--until-empty'])));
        }
        const numbers = [...printed, ...rest].map((text) => sent.indexOf(text));
        // Some that were printed may not have been acknowledged.
        const once = end === 'SIGKILL' ? [...new Set(numbers)] : numbers;
        assert.deepEqual(
          once.toSorted((a, b) => a - b),
          [...sent.keys()],
        );
        assert.deepEqual(leaseFiles(queue.name), []);
      });
    }
  });
}

describe('mqueue recv', () => {
  it('keeps in a file what finds no room in its queue', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 16 });
    const sender = MessageQueue.open(queue.name, { access: 'write', wait: 'worker' });
    await queue.send('a', { priority: 4 });
    const sending = sender.send('b');
    while (!(await printedBy(['stat', queue.name])).includes('waits to send'));
    const child = startMqueue(['recv', '--follow', queue.name]);
    // Long before it has begun.
    child.process.stdout?.destroy();
    const { signal, stderr } = await child.end;
    await sending;
    await sender.close();
    assert.equal(signal, 'SIGPIPE');
    const rest = takeAll(queue);
    assert.equal(rest.length, 1, stderr);
    assert.match(
      stderr,
      /^mqueue: 1 message that standard output did not take could not go back into /m,
    );
    assert.deepEqual([...rest, ...(await keptIn(stderr, queue))].toSorted(), ['a', 'b']);
  });

  it('ends where its output may not grow any more, and the messages go back', async () => {
    const queue = temporaryQueue({ maxMessages: 4, maxMessageSize: 512 });
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(500));
    await fill(queue, ...texts);
    const file = join(tmpdir(), `mq-recv-${process.pid}`);
    // A block has 512 bytes, or 1024 in some shells.
    const shell = `ulimit -f 1; exec $mqueue recv --follow ${queue.name} > ${file}`;
    // What the tests reach would be too large a file.
    const bare = { ...env, NODE_V8_COVERAGE: undefined };
    const { code, stderr } = await runProgram('sh', ['-c', shell], '', { env: bare });
    assert.equal(code, 1, stderr);
    assert.match(stderr, /^mqueue: standard output takes no more: EFBIG/m);
    const printed = lines(readFileSync(file, 'utf8')).filter((line) => texts.includes(line));
    rmSync(file);
    assert.deepEqual([...printed, ...takeAll(queue)].toSorted(), texts);
  });

  describe('on a terminal', () => {
    before(function () {
      // Reason: script(1) of util-linux gives one to a command, and is missing here.
      if (!hasTerminals()) this.skip();
    });

    // In a session of its own it hears of the end only by what it writes.
    for (const [session, what] of [
      ['', 'is told'],
      ['setsid --wait ', 'finds out'],
    ] as const) {
      it(`ends when it ${what} that this is closed, and loses nothing`, async () => {
        const queue = temporaryQueue(SMALL);
        const terminal = onTerminal(`${session}$mqueue recv --follow ${queue.name}`);
        await queue.send('a');
        await terminal.printed('a');
        terminal.kill('SIGKILL');
        await terminal.end;
        await queue.send('b', { priority: 2 });
        await untilAlone(queue);
        assert.deepEqual(takeAll(queue), ['b']);
      });
    }
  });
});

/** Resolves when no other process has it open. */
async function untilAlone({ name }: MessageQueue): Promise<void> {
  const others = async (): Promise<number> => {
    const { openBy } = JSON.parse(await printedBy(['stat', '--json', name])) as {
      openBy: { pid: number }[];
    };
    return openBy.filter(({ pid }) => pid !== process.pid).length;
  };
  while ((await others()) > 0);
}

/** False when there is no room any more. */
async function sendSoon(queue: MessageQueue, text: string): Promise<boolean> {
  try {
    await queue.send(text, { timeout: 500 });
    return true;
  } catch (error) {
    assert.equal((error as { code?: unknown }).code, 'ETIMEDOUT');
    return false;
  }
}

function lines(printed: string): string[] {
  return printed.split('\n').filter((line) => line !== '');
}

/** What was kept in a file because it found no room, sent again as it says. */
async function keptIn(stderr: string, queue: MessageQueue): Promise<string[]> {
  const { command, file } =
    /could not go back .*: (?<command>mqueue send .* < (?<file>\/.*))$/m.exec(stderr)?.groups ?? {};
  if (command === undefined || file === undefined) return [];
  const shell = `mqueue() { ${process.execPath} ${COMMAND} "$@"; }; ${command}`;
  const sending = runProgram('sh', ['-c', shell]);
  const received: string[] = [];
  let ended = false;
  void sending.finally(() => (ended = true));
  while (!ended) {
    const message = await queue.receive({ timeout: 20 }).catch(() => undefined);
    if (message !== undefined) received.push(message.text());
  }
  assert.equal((await sending).code, 0, (await sending).stderr);
  rmSync(file);
  return [...received, ...takeAll(queue)];
}
