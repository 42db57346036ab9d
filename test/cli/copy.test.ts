import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { COMMAND, startMqueue } from '../support/command.js';
import { until } from '../support/code.js';
import { hasTerminals, onTerminal } from '../support/terminal.js';

const SIZES = { maxMessages: 8, maxMessageSize: 2048 };
const env = { ...process.env, mqueue: `${process.execPath} ${COMMAND}` };

/** Any bytes but this one: none, or up to 2,000. */
function line(end: string): Buffer {
  const length = Math.random() < 0.1 ? 0 : Math.floor(Math.random() * 2000);
  return Buffer.from(randomBytes(length).filter((byte) => byte !== end.charCodeAt(0)));
}

describe('a copy of a file through a queue', function () {
  this.timeout(30_000);

  let folder: string;
  let queue: MessageQueue;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mq-copy-'));
  });
  beforeEach(() => {
    queue = temporaryQueue(SIZES);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** Resolves when the shell, and what it started in its foreground, has ended. */
  async function shell(command: string): Promise<void> {
    const child = spawn('sh', ['-c', command], { env, stdio: ['ignore', 'inherit', 'inherit'] });
    assert.deepEqual(await once(child, 'close'), [0, null]);
  }

  for (const ack of [[], ['--ack']]) {
    for (const separator of [[], ['--null']]) {
      it(`is that file, byte by byte: recv ${[...ack, ...separator].join(' ')}`, async () => {
        const [from, to] = [join(folder, 'from'), join(folder, 'to')];
        const end = separator.length > 0 ? '\0' : '\n';
        const bytes = Buffer.concat(
          Array.from({ length: 500 }, () => [line(end), Buffer.from(end)]).flat(),
        );
        writeFileSync(from, bytes);
        const out = openSync(to, 'w');
        const receiver = startMqueue(['recv', '--follow', queue.name, ...ack, ...separator], {
          stdio: ['ignore', out, 'pipe'],
        });
        closeSync(out);
        await shell(`cat ${from} | $mqueue send ${queue.name} ${separator.join(' ')}`);
        await until(() => statSync(to).size >= bytes.length, 'all of it in the other file');
        receiver.kill('SIGINT');
        const { signal, stderr } = await receiver.end;
        assert.deepEqual([signal, stderr], ['SIGINT', '']);
        assert.ok(readFileSync(to).equals(bytes));
      });
    }
  }

  it('is that file through a pipe, from a file', async () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`);
    writeFileSync(from, lines.join(''));
    const receiving = shell(`$mqueue recv --count ${lines.length} ${queue.name} | cat > ${to}`);
    await shell(`$mqueue send ${queue.name} < ${from}`);
    await receiving;
    assert.ok(readFileSync(to).equals(readFileSync(from)));
  });

  describe('on a terminal', () => {
    before(function () {
      // Reason: script(1) of util-linux gives one to a command, and is missing here.
      if (!hasTerminals()) this.skip();
    });

    /** Sends by this command, and takes the first message when `seen` matches what is on the terminal. */
    async function watch(command: string, seen: RegExp): Promise<string> {
      const terminal = onTerminal(command);
      let shown = '';
      terminal.process.stdout?.on('data', (data: Buffer) => (shown += data.toString()));
      await until(() => seen.test(shown), `${seen} on the terminal`);
      let ended = false;
      void terminal.end.finally(() => (ended = true));
      while (!ended) await queue.receive({ timeout: 20 }).catch(() => undefined);
      assert.equal((await terminal.end).code, 0, shown);
      return shown;
    }

    it('shows how far it is', async () => {
      const from = join(folder, 'from');
      writeFileSync(from, 'line\n'.repeat(40));
      const shown = await watch(`$mqueue send ${queue.name} < ${from}`, / \d+ %, \d+ messages, /);
      assert.match(shown, / 100 %, 40 messages, /);
      const piped = await watch(`cat ${from} | $mqueue send ${queue.name}`, /\d+ messages in /);
      assert.match(piped, /40 messages in /);
      assert.doesNotMatch(piped, /%/);
    });

    it('shows it not where it is over at once, nor where it is typed there', async () => {
      const from = join(folder, 'from');
      writeFileSync(from, 'line\n'.repeat(4));
      assert.equal(await watch(`$mqueue send ${queue.name} < ${from}`, /^/), '');
      const terminal = onTerminal(`$mqueue send ${queue.name}; echo ended $?`);
      terminal.write('typed\r\u0004');
      await terminal.printed('ended 0');
      const { stdout } = await terminal.end;
      assert.doesNotMatch(stdout, /messages/);
    });
  });
});
