import assert from 'node:assert/strict';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { Child, runExample } from '../support/child.js';
import { exists } from '../support/exists.js';
import { nextTurn, until } from '../support/code.js';
import { runsOthers } from '../support/sanitizer.js';

/** The processes with that word in their command line, besides npm and the host itself. */
function workersWith(word: string): number[] {
  const isWorker = (pid: string): boolean => {
    try {
      const parts = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return parts.some((part) => part.endsWith('worker.js')) && parts.includes(word);
    } catch {
      return false; // has ended
    }
  };
  return readdirSync('/proc').filter(isWorker).map(Number);
}

describe('examples that are ended in the midst of their work', function () {
  this.timeout(60_000);

  let folder: string;
  let file: string;
  let names: [requests: string, responses: string];
  let options: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    file = join(folder, 'tasks');
    names = [temporaryName(), temporaryName()];
    options = ['--requests', names[0], '--responses', names[1]];
    writeFileSync(file, Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join(''));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Neither a worker nor a queue is left. */
  async function nothingIsLeft(queues: readonly string[] = names): Promise<void> {
    await until(() => workersWith(queues[0] ?? '').length === 0, 'the end of the workers');
    assert.deepEqual(queues.filter(exists), []);
  }

  const working = "Received message 'line 50 processed'";

  it('npm start ends cleanly at Ctrl-C, which it gets from the terminal and from npm', async function () {
    // Reason: ThreadSanitizer is preloaded into the shell too, which crashes of it.
    if (!runsOthers) return this.skip();
    const demo = fileURLToPath(new URL('../../examples/demo.js', import.meta.url));
    const scripts = { start: `node ${demo}` };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'started', scripts }));
    const command = ['start', '--no-update-notifier', '--', ...options, file];
    const child = new Child('npm', command, { cwd: folder, detached: true });
    await child.printed(working);
    process.kill(-(child.process.pid ?? 0), 'SIGINT');
    const { code, signal, stderr } = await child.end;
    // npm ends by the signal, or with the code of the program.
    assert.deepEqual([code ?? signal, stderr], [code === null ? 'SIGINT' : 0, '']);
    await nothingIsLeft();
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`demo ends cleanly at ${signal}`, async () => {
      const child = runExample('demo', [...options, file]);
      await child.printed(working);
      child.kill(signal);
      const { code, stderr } = await child.end;
      assert.deepEqual([code, stderr], [0, '']);
      await nothingIsLeft();
    });
  }

  it('the workers of a demo that was killed end, and remove the queues', async () => {
    const child = runExample('demo', [...options, file]);
    await child.printed(working);
    child.kill('SIGKILL');
    await child.end;
    await nothingIsLeft();
  });

  it('demo ends when nobody reads what it prints', async () => {
    const child = runExample('demo', [...options, file]);
    await child.printed(working);
    child.process.stdout?.destroy();
    const { code, stderr } = await child.end;
    assert.deepEqual([code, stderr], [0, '']);
    await nothingIsLeft();
  });

  it('demo fails when one of its workers is killed', async () => {
    const child = runExample('demo', [...options, '-']);
    child.write('one\n');
    await child.printed("Received message 'one processed'");
    const [victim = 0] = workersWith(names[0]);
    process.kill(victim, 'SIGSTOP');
    child.write('two\nthree\nfour\n');
    // What the victim had is answered by nobody.
    await child.printed("Sending message 'four'");
    process.kill(victim, 'SIGKILL');
    const { code, stderr } = await child.end;
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`worker \\d \\(process ${victim}\\) ended by SIGKILL`));
    await nothingIsLeft();
  });

  it('demo does not take the answer of an orphan for its own', async () => {
    const child = runExample('demo', [...options, '-']);
    await until(() => exists(names[1]), 'the queue of the other side');
    const orphan = MessageQueue.open(names[1]);
    while (workersWith(names[0]).length < 3) await nextTurn();
    await orphan.send('foreign processed');
    child.write('own\n');
    await child.printed("Received message 'own processed'");
    await orphan.close();
    child.process.stdin?.end();
    const { code, stdout, stderr } = await child.end;
    assert.equal(code, 0);
    assert.match(stdout + stderr, /Dropped message 'foreign processed'/);
    assert.doesNotMatch(stdout, /Received message 'foreign/);
    await nothingIsLeft();
  });

  describe('sha256-folder', () => {
    let child: Child;
    let queues: [string, string];

    /** Files that are large enough to be at work with for a while. */
    function start(count: number, size: number): void {
      rmSync(file);
      for (let number = 0; number < count; number += 1) {
        const descriptor = openSync(join(folder, String(number)), 'w');
        ftruncateSync(descriptor, size);
        closeSync(descriptor);
      }
      child = runExample('sha256-folder', [folder]);
      const { pid } = child.process;
      queues = [`/sha256-${pid}-files`, `/sha256-${pid}-sums`];
    }

    const started = (): Promise<void> =>
      until(() => workersWith(queues[0]).length === 2, 'two workers');

    it('ends with the code of an interrupted program, and prints no sums', async () => {
      start(400, 16 * 2 ** 20);
      await started();
      child.kill('SIGINT');
      const { code, stdout, stderr } = await child.end;
      assert.deepEqual([code, stdout, stderr], [130, '', '']);
      await nothingIsLeft(queues);
    });

    it('fails when one of its workers is killed', async () => {
      start(400, 16 * 2 ** 20);
      await started();
      process.kill(workersWith(queues[0])[0] ?? 0, 'SIGKILL');
      const { code, stdout, stderr } = await child.end;
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(stderr, /ended by SIGKILL/);
      await nothingIsLeft(queues);
    });

    it('fails for an answer that it did not ask for', async () => {
      start(20, 2 ** 20);
      await until(() => exists(queues[1]), 'the queue of the other side');
      const orphan = MessageQueue.open(queues[1]);
      await orphan.send('{"path":"/foreign","hash":"0"}');
      await orphan.close();
      const { code, stdout, stderr } = await child.end;
      assert.equal(code, 1);
      assert.match(stderr, /not asked for, '\/foreign'/);
      assert.equal(stdout.split('\n').length, 20);
      await nothingIsLeft(queues);
    });

    it('refuses to have no workers', async () => {
      const { code, stderr } = await runExample('sha256-folder', [folder, '--workers', '0']).end;
      assert.equal(code, 2);
      assert.match(stderr, /--workers.*1 or more/);
    });
  });
});
