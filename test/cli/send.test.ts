import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { COMMAND, mqueue, printedBy, runProgram, startMqueue } from '../support/command.js';
import { until, unlinkQuietly } from '../support/code.js';
import { exists } from '../support/exists.js';
import { takeAll, untilEmpty } from '../support/messages.js';

const SMALL = { maxMessages: 4, maxMessageSize: 16 };
const FULL = { maxMessages: 2, maxMessageSize: 16 };

/** Ends with this code, and says so. */
async function fails(
  args: readonly string[],
  input: string | Uint8Array,
  code: number,
  text: RegExp,
): Promise<void> {
  const ended = await mqueue(['send', ...args], input);
  assert.deepEqual([ended.code, ended.stdout.toString()], [code, ''], ended.stderr);
  assert.match(ended.stderr, text);
  assert.equal(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr);
}

describe('mqueue send', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mq-send-'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('sends a text, with its priority', async () => {
    const queue = temporaryQueue(SMALL);
    assert.equal(await printedBy(['send', queue.name.slice(1), 'grüße', '--priority', '7']), '');
    assert.equal(await printedBy(['send', queue.name, '']), '');
    const [first, second] = [...untilEmpty(queue)];
    assert.deepEqual([first?.text(), first?.priority], ['grüße', 7]);
    assert.deepEqual([second?.text(), second?.priority], ['', 0]);
  });

  it('sends each line of standard input, whatever bytes are in it', async () => {
    const queue = temporaryQueue(SMALL);
    await printedBy(['send', queue.name], Buffer.from('a\xff\0b\r\n\n c\nlast', 'latin1'));
    const sent = [...untilEmpty(queue)].map(({ data }) => data.toString('latin1'));
    assert.deepEqual(sent, ['a\xff\0b\r', '', ' c', 'last']);
  });

  it('sends what NUL ends', async () => {
    const queue = temporaryQueue(SMALL);
    await printedBy(['send', queue.name, '--null', '--priority', '2'], 'a\nb\0\0c\0');
    const sent = [...untilEmpty(queue)].map((each) => [each.text(), each.priority]);
    assert.deepEqual(sent, [
      ['a\nb', 2],
      ['', 2],
      ['c', 2],
    ]);
  });

  it('sends a whole file, or all of standard input', async () => {
    const queue = temporaryQueue(SMALL);
    const file = join(folder, 'whole');
    writeFileSync(file, 'a\nb\0\n');
    await printedBy(['send', queue.name, '--file', file]);
    await printedBy(['send', queue.name, '--file', '-'], 'c\nd');
    assert.deepEqual(takeAll(queue), ['a\nb\0\n', 'c\nd']);
  });

  it('sends nothing of an empty input', async () => {
    const queue = temporaryQueue(SMALL);
    await printedBy(['send', queue.name], '');
    assert.equal(queue.currentMessages, 0);
  });

  it('makes the queue where it is told to', async () => {
    const name = temporaryName();
    try {
      await fails([name, 'a'], '', 1, /there is no queue .*mqueue create/);
      await fails([name, 'a', '--depth', '3'], '', 2, /add --create/);
      const missing = join(folder, 'missing');
      await fails([name, '--create', '--file', missing], '', 1, /no such file .*missing/);
      assert.ok(!exists(name));
      await printedBy(['send', name, 'a', '--create', '--depth', '3', '--size', '32']);
      await using queue = MessageQueue.open(name);
      assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [3, 32]);
      assert.deepEqual(takeAll(queue), ['a']);
      await fails([name, 'a', '--create', '--depth', '4'], '', 1, /with --depth 3/);
    } finally {
      unlinkQuietly(name);
    }
  });

  it('refuses what does not go together', async () => {
    const { name } = temporaryQueue(SMALL);
    await fails([name, 'a', '--null'], '', 2, /leave them or the text out/);
    await fails([name, 'a', '--file', 'f'], '', 2, /leave them or the text out/);
    await fails([name, '--file', 'f', '--null'], '', 2, /cannot be used with/);
    await fails([name, 'a', 'b'], '', 2, /too many arguments/);
    await fails([name, 'a', '--priority', '32768'], '', 2, /0 to 32767/);
  });

  it('refuses a text that is no UTF-8, and not the sign that stands for such', async () => {
    const queue = temporaryQueue(SMALL);
    const env = { ...process.env, mqueue: `${process.execPath} ${COMMAND}` };
    const shell = `$mqueue send ${queue.name} "$(printf 'a\\377')"`;
    const refused = await runProgram('sh', ['-c', shell], '', { env });
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /no UTF-8/);
    await printedBy(['send', queue.name, 'a\uFFFD']);
    assert.deepEqual(takeAll(queue), ['a\uFFFD']);
  });

  it('sends nothing from a line on that is too long, and says which that is', async () => {
    const queue = temporaryQueue(SMALL);
    const long = 'x'.repeat(17);
    await fails(
      [queue.name],
      `a\nb\n${long}\nc\n`,
      1,
      /^mqueue: the message of line 3 is larger .* takes, 16 bytes: 2 messages before it were sent.*tail -n \+4,.*--size/,
    );
    assert.deepEqual(takeAll(queue), ['a', 'b']);
    await fails([queue.name, '--null'], `a\0${long}\0c\0`, 1, /record 2 .*tail -z -n \+3/);
    assert.deepEqual(takeAll(queue), ['a']);
    await fails([queue.name, long], '', 1, /the message is larger than .* takes, 16 bytes/);
    await fails(
      [queue.name, '--file', '-'],
      long,
      1,
      /the message is larger than .* takes, 16 bytes/,
    );
    assert.deepEqual(takeAll(queue), []);
  });

  it('does not read on in a line without an end', async () => {
    const queue = temporaryQueue(SMALL);
    const child = startMqueue(['send', queue.name]);
    child.process.stdin?.on('error', () => undefined);
    child.write('a\n');
    child.write('x'.repeat(1000));
    const { code, stderr } = await child.end;
    assert.equal(code, 1, stderr);
    assert.match(stderr, /line 2 is larger/);
    assert.deepEqual(takeAll(queue), ['a']);
  });

  it('waits for room, so long as it may', async () => {
    const queue = temporaryQueue(FULL);
    await fails(
      [queue.name, '--timeout', '50ms'],
      'a\nb\nc\nd\n',
      124,
      /^mqueue: queue .* no room in time for line 3: 2 messages before it were sent.*tail -n \+3/,
    );
    await fails([queue.name, 'x', '--timeout', '0'], '', 124, /the message was not sent/);
    const sending = mqueue(['send', queue.name], 'c\nd\ne\n');
    const received: string[] = [];
    while (received.length < 5) received.push((await queue.receive()).text());
    assert.deepEqual(received, ['a', 'b', 'c', 'd', 'e']);
    assert.equal((await sending).code, 0);
  });

  for (const timeout of [[], ['--timeout', '1h']]) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      it(`${signal}, while it waits for room: says where to go on ${timeout.join(' ')}`, async () => {
        const queue = temporaryQueue(FULL);
        const child = startMqueue(['send', queue.name, ...timeout]);
        child.write('a\nb\nc\nd\n');
        await until(() => queue.currentMessages === 2, 'a full queue');
        child.kill(signal);
        const ended = await child.end;
        assert.equal(ended.signal, signal);
        assert.match(ended.stderr, /^mqueue: 2 messages sent; go on with tail -n \+3\n$/);
        assert.deepEqual(takeAll(queue), ['a', 'b']);
      });
    }
  }

  it('ends by a signal while it waits for input, and for room with a text', async () => {
    const queue = temporaryQueue(FULL);
    const child = startMqueue(['send', queue.name]);
    child.write('a\nb\nbegin');
    await until(() => queue.currentMessages === 2, 'two messages');
    child.kill('SIGINT');
    const ended = await child.end;
    assert.deepEqual(
      [ended.signal, ended.stderr],
      ['SIGINT', 'mqueue: 2 messages sent; go on with tail -n +3\n'],
    );
    const one = startMqueue(['send', queue.name, 'x']);
    const isWaiting = async (): Promise<boolean> =>
      (await printedBy(['stat', queue.name])).includes('waits to send');
    while (!(await isWaiting()));
    one.kill('SIGTERM');
    const { signal, stderr } = await one.end;
    assert.deepEqual([signal, stderr], ['SIGTERM', 'mqueue: the message was not sent\n']);
    assert.deepEqual(takeAll(queue), ['a', 'b']);
  });

  it('sends nothing into a queue that was removed, and goes on with the next of that name', async () => {
    const name = temporaryName();
    const how = { create: true, ...SMALL };
    const before = MessageQueue.open(name, how);
    const child = startMqueue(['send', name]);
    child.write('a\n');
    assert.equal((await before.receive()).text(), 'a');
    before.unlink();
    child.process.stdin?.end('b\n');
    await using queue = MessageQueue.open(name, how);
    assert.equal((await queue.receive()).text(), 'b');
    assert.equal((await child.end).code, 0);
    assert.equal(before.tryReceive(), null);
    await before.close();
    queue.unlink();
  });

  it('goes on where it was ended, over and over: no line is missing, none is doubled', async function () {
    this.timeout(30_000);
    const queue = temporaryQueue({ maxMessages: 3, maxMessageSize: 16 });
    const lines = Array.from({ length: 40 }, (_, index) => String(index));
    const received: string[] = [];
    for (let next = 0; next < lines.length;) {
      const child = startMqueue(['send', queue.name]);
      child.process.stdin?.end(`${lines.slice(next).join('\n')}\n`);
      const enough = Math.min(received.length + 5, lines.length);
      while (received.length < enough) received.push((await queue.receive()).text());
      child.kill('SIGTERM');
      const { stderr } = await child.end;
      received.push(...takeAll(queue));
      // All were sent, whether or not the signal came before the end.
      if (stderr === '') next = lines.length;
      else {
        const told = /^mqueue: (\d+) messages? sent; go on with tail -n \+(\d+)\n$/.exec(stderr);
        assert.ok(told !== null, stderr);
        assert.equal(Number(told[2]), Number(told[1]) + 1);
        next += Number(told[1]);
      }
      assert.equal(received.length, next);
    }
    assert.deepEqual(received, lines);
  });

  describe('--format json', () => {
    it('sends what recv --format json prints, with its priority', async () => {
      const queue = temporaryQueue(SMALL);
      await queue.send(Buffer.from([0xff, 0]), { priority: 9 });
      await queue.send('"ü"\n\u0000');
      await queue.send('');
      const printed = await printedBy(['recv', queue.name, '--until-empty', '--format', 'json']);
      assert.deepEqual(printed.trimEnd().split('\n'), [
        '{"priority":9,"base64":"/wA="}',
        '{"priority":0,"body":"\\"ü\\"\\n\\u0000"}',
        '{"priority":0,"body":""}',
      ]);
      await printedBy(['send', queue.name, '--format', 'json'], printed);
      const sent = [...untilEmpty(queue)].map(({ data, priority }) => [data, priority]);
      assert.deepEqual(sent, [
        [Buffer.from([0xff, 0]), 9],
        [Buffer.from('"ü"\n\u0000'), 0],
        [Buffer.from(''), 0],
      ]);
    });

    for (const line of [
      'a',
      'null',
      '"a"',
      '{}',
      '{"body":1}',
      '{"body":"a","base64":"YQ=="}',
      '{"base64":"YQ="}',
      '{"body":"a","priority":-1}',
      '{"body":"a","priority":32768}',
      '{"body":"a","priority":"1"}',
    ]) {
      it(`stops at ${line}, and says which line that is`, async () => {
        const queue = temporaryQueue(SMALL);
        const input = `{"body":"a"}\n${line}\n{"body":"b"}\n`;
        const text = /^mqueue: line 2 is no message .*1 message before it was sent.*tail -n \+3$/m;
        await fails([queue.name, '--format', 'json'], input, 1, text);
        assert.deepEqual(takeAll(queue), ['a']);
      });
    }

    it('sends a message of any size that the queue takes', async () => {
      const queue = temporaryQueue(SMALL);
      const largest = '\u0000'.repeat(16);
      const line = (body: string): string => `${JSON.stringify({ priority: 32_767, body })}\n`;
      await printedBy(['send', queue.name, '--format', 'json'], line(largest));
      assert.deepEqual(takeAll(queue), [largest]);
      await fails(
        [queue.name, '--format', 'json'],
        line(`${largest}x`),
        1,
        /line 1 is larger .* takes, 16 bytes/,
      );
    });
  });
});
