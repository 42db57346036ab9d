import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { coreOf } from '#dist/message-queue/message-queue.js';
import type { Child } from '../support/child.js';
import { COMMAND, mqueue, printedBy, runProgram, startMqueue } from '../support/command.js';
import { unlinkQuietly } from '../support/code.js';
import { exists } from '../support/exists.js';
import { inShell } from '../support/mounted.js';
import { canUnshare } from '../support/namespace.js';
import { hasTerminals, onTerminal } from '../support/terminal.js';

/** What all of them answer with where something is wrong. */
async function refused(args: readonly string[], code: number, text: RegExp): Promise<void> {
  const ended = await mqueue(args);
  assert.deepEqual([ended.code, ended.stdout.toString()], [code, '']);
  assert.match(ended.stderr, text);
  assert.equal(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr);
}

describe('mqueue create', () => {
  let name: string;
  beforeEach(() => {
    name = temporaryName();
  });
  afterEach(() => {
    unlinkQuietly(name);
  });

  it('makes a queue of these sizes and of this mode, and leaves it', async () => {
    // Without its slash.
    await printedBy(['create', name.slice(1), '--depth', '3', '--size', '64', '--mode', '666']);
    await using queue = MessageQueue.open(name);
    assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [3, 64]);
    assert.equal(queue.stat().mode, 0o666);
  });

  it('leaves one that is there as it is', async () => {
    const there = temporaryQueue({ maxMessages: 2, maxMessageSize: 32 });
    await there.send('a');
    await printedBy(['create', there.name]);
    const advice =
      /exists with --depth 2 and --size 32, .* --depth 3\. .* or remove it first with mqueue rm \([^()]*\)$/m;
    await refused(['create', there.name, '--depth', '3'], 1, advice);
    await refused(['create', there.name, '--exclusive'], 1, /exists already/);
    assert.equal(there.tryReceive()?.text(), 'a');
  });

  it('refuses what no queue can have, before anything is made', async () => {
    await refused(['create', name, '--depth', 'many'], 2, /--depth.* whole number/);
    await refused(
      ['create', name, '--mode', '9'],
      2,
      /^mqueue: --mode must be octal digits [^,]*, not '9'$/m,
    );
    await refused(['create', `${name}/a`], 2, /second slash/);
    await refused(['create'], 2, /missing required argument 'name'/);
    assert.ok(!exists(name));
  });
});

describe('mqueue rm', () => {
  it('removes queues', async () => {
    const queues = [temporaryQueue({ maxMessages: 1 }), temporaryQueue({ maxMessages: 1 })];
    const names = queues.map(({ name }) => name);
    await printedBy(['rm', '--yes', ...names]);
    assert.deepEqual(names.filter(exists), []);
  });

  it('removes none where it cannot ask, or where one is not there', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    await refused(['rm', queue.name], 2, /no terminal .*--yes/);
    await refused(['rm', '--yes', queue.name, temporaryName()], 1, /there is no queue/);
    assert.ok(exists(queue.name));
  });

  describe('on a terminal', () => {
    before(function () {
      // Reason: script(1) of util-linux gives one to a command, and is missing here.
      if (!hasTerminals()) this.skip();
    });

    async function asked(child: Child): Promise<void> {
      let text = '';
      while (!text.includes('[y/N]')) {
        const [chunk] = (await once(child.process.stdout as Readable, 'data')) as [Buffer];
        text += chunk.toString();
      }
    }

    const answers: [answer: string, what: string, code: number, remains: boolean][] = [
      ['y\r', 'yes', 0, false],
      ['\r', 'nothing', 1, true],
      ['\u0004', 'Ctrl-D', 1, true],
      ['\u0003', 'Ctrl-C', 128 + constants.signals.SIGINT, true],
    ];
    for (const [answer, what, code, remains] of answers) {
      it(`asks, and takes ${what} for an answer`, async () => {
        const queue = temporaryQueue({ maxMessages: 1 });
        const child = onTerminal(`$mqueue rm ${queue.name}; echo "ended $?"; stty -a`);
        await asked(child);
        child.write(answer);
        const { stdout } = await child.end;
        assert.match(stdout, new RegExp(`^ended ${code}\\b`, 'm'));
        assert.match(stdout, / icanon\b/);
        assert.doesNotMatch(stdout, /Aborted/);
        assert.equal(exists(queue.name), remains);
      });
    }
  });
});

describe('mqueue stat', () => {
  it('prints the facts of a queue, and who has it open', async () => {
    const queue = temporaryQueue({ maxMessages: 2, maxMessageSize: 64 });
    await queue.send('a');
    const facts = JSON.parse(await printedBy(['stat', '--json', queue.name])) as object;
    const { descriptor } = coreOf(queue);
    assert.deepEqual(facts, {
      name: queue.name,
      messages: 1,
      maxMessages: 2,
      maxMessageSize: 64,
      bytes: 2 * (64 + 48 + 48),
      owner: process.geteuid?.(),
      group: process.getegid?.(),
      mode: 0o600,
      openBy: [{ pid: process.pid, command: 'node', descriptor, access: 'readwrite' }],
    });
    assert.match(await printedBy(['stat', queue.name]), /^messages {2}1 of 2$/m);
  });

  it('prints who waits', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 64, wait: 'worker' });
    const receiving = queue.receive();
    let printed = '';
    while (!printed.includes('waits')) printed = await printedBy(['stat', queue.name]);
    assert.match(
      printed,
      new RegExp(`process ${process.pid}, .* for both, waits to receive$`, 'm'),
    );
    await queue.send('a');
    await receiving;
  });

  it('calls a command by its name', async () => {
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const child = startMqueue(['recv', queue.name]);
    let printed = '';
    while (!printed.includes(String(child.process.pid)))
      printed = await printedBy(['stat', queue.name]);
    assert.match(printed, new RegExp(`^open by +mqueue \\(process ${child.process.pid},`, 'm'));
    await queue.send('a');
    await child.end;
  });

  it('says that there is none', async () => {
    await refused(['stat', temporaryName()], 1, /there is no queue .*mqueue create/);
  });
});

describe('mqueue ls', function () {
  before(function () {
    // Reason: it reads the mqueue file system, which is mounted for it alone here.
    if (!canUnshare()) this.skip();
  });

  it('lists all queues, for people and for programs', async () => {
    const ended = await inShell(`
      $mqueue create b --depth 2 --size 64
      $mqueue create a --mode 666
      $mqueue ls
      $mqueue ls --json`);
    assert.equal(ended.code, 0, ended.stderr);
    const [table = '', json = ''] = ended.stdout.toString().split(/^(?=\{)/m);
    assert.match(
      table,
      /^NAME +MESSAGES +DEPTH +SIZE +BYTES +OWNER +MODE {2}OPEN BY\n\/a .*0666 {2}-\n\/b +0 +2 +64 +320 /,
    );
    const { queues, used } = JSON.parse(json) as {
      queues: { name: string; bytes: number }[];
      used: number;
    };
    assert.deepEqual(
      queues.map(({ name }) => name),
      ['/a', '/b'],
    );
    assert.equal(
      used,
      queues.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    assert.match(ended.stderr, /^2 queues; this user's take \d+ bytes of \d+/);
  });

  it('finds them also where there is no /proc', async () => {
    const ended = await inShell(`
      $mqueue create a
      mkdir -p /dev/mqueue
      mount -t mqueue none /dev/mqueue
      mount -t tmpfs none /proc
      $mqueue ls
      umount /dev/mqueue
      $mqueue ls || echo $?`);
    assert.match(ended.stdout.toString(), /^NAME.*\n\/a +0 .*\n1\n$/, ended.stderr);
    assert.match(ended.stderr, /^mqueue: .* not mounted/m);
  });

  it('says what to do where the file system is not mounted, and mounts it', async () => {
    const ended = await inShell(`
      umount /tmp/mq
      $mqueue ls || echo $?
      mkdir -p /dev/mqueue
      $mqueue create a
      $mqueue ls --mount | grep -c ^/a`);
    assert.equal(ended.stdout.toString(), '1\n1\n', ended.stderr);
    assert.match(ended.stderr, /^mqueue: .* not mounted.*--mount/);
  });
});

describe('mqueue', () => {
  it('prints its version and its help', async () => {
    assert.match(await printedBy(['--version']), /^\d+\.\d+\.\d+\n$/);
    assert.match(await printedBy(['--help']), /^Usage: mqueue .*Commands:.* ls .*Exit codes/s);
    assert.match(await printedBy(['ls', '--help']), /Examples:\n {2}mqueue ls/);
  });

  it('ends as others do when nobody reads what it prints', async () => {
    const script = `set -o pipefail; ${process.execPath} ${COMMAND} --help | true`;
    const { code, stderr } = await runProgram('bash', ['-c', script]);
    assert.deepEqual([code, stderr], [128 + constants.signals.SIGPIPE, '']);
  });

  it('fails in one line where the disk is full', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    for (const given of ['--help', `stat ${queue.name}`]) {
      const script = `${process.execPath} ${COMMAND} ${given} > /dev/full`;
      const { code, stderr } = await runProgram('bash', ['-c', script]);
      assert.equal(code, 1);
      assert.match(stderr, /^mqueue: standard output takes no more: ENOSPC.*\n$/);
    }
  });

  it('knows which command was meant', async () => {
    await refused(['lss'], 2, /unknown command 'lss' \(Did you mean ls\?\)/);
    await refused(['help', 'lss'], 2, /unknown command 'lss' \(Did you mean ls\?\)/);
    assert.match(await printedBy(['help', 'ls']), /^Usage: mqueue ls /);
  });

  it('shows where an error came from with DEBUG only', async () => {
    const env = { ...process.env, DEBUG: '1' };
    const { stderr } = await mqueue(['stat', temporaryName()], '', { env });
    assert.match(stderr, /\n {4}at /);
  });
});
