import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { runExample } from './support/child.js';
import { until } from './support/code.js';

describe('examples', function () {
  this.timeout(30_000);

  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  describe('demo', () => {
    let names: [requests: string, responses: string];
    let options: string[];

    beforeEach(() => {
      names = [temporaryName(), temporaryName()];
      options = ['--requests', names[0], '--responses', names[1]];
    });
    afterEach(() => {
      for (const name of names) assert.throws(() => MessageQueue.open(name), { code: 'ENOENT' });
    });

    const lines = (text: string, start: string): string[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith(start))
        .toSorted();

    it('has twenty tasks done by three workers', async () => {
      const { code, stdout, stderr } = await runExample('demo', options).end;
      assert.deepEqual([code, stderr], [0, '']);
      const tasks = Array.from({ length: 20 }, (_, index) => `task-${index + 1}`);
      const expected = (format: (task: string) => string): string[] => tasks.map(format).toSorted();
      assert.deepEqual(
        lines(stdout, 'Sending'),
        expected((task) => `Sending message '${task}'`),
      );
      assert.deepEqual(
        lines(stdout, 'Received'),
        expected((task) => `Received message '${task} processed'`),
      );
      const counts = [...stdout.matchAll(/│ \d +│ \d+ +│ (\d+) +│/g)].map((row) => Number(row[1]));
      assert.equal(counts.length, 3);
      assert.equal(
        counts.reduce((sum, count) => sum + count),
        20,
      );
    });

    it('makes each line of a file a task', async () => {
      const file = join(folder, 'tasks');
      writeFileSync(file, 'one\n\ntwo\r\nthrée');
      const { code, stdout } = await runExample('demo', [...options, file]).end;
      assert.equal(code, 0);
      assert.deepEqual(lines(stdout, 'Received'), [
        "Received message 'one processed'",
        "Received message 'thrée processed'",
        "Received message 'two processed'",
      ]);
    });

    it('reads standard input for -', async () => {
      const child = runExample('demo', [...options, '-']);
      child.process.stdin?.end(
        Array.from({ length: 200 }, (_, index) => `line ${index}\n`).join(''),
      );
      const { code, stdout } = await child.end;
      assert.equal(code, 0);
      assert.equal(lines(stdout, 'Received').length, 200);
    });

    it('names the line that is too long', async () => {
      const file = join(folder, 'tasks');
      writeFileSync(file, `ok\n${'x'.repeat(503)}\n`);
      const { code, stderr } = await runExample('demo', [...options, file]).end;
      assert.equal(code, 1);
      assert.match(stderr, /line 2 has 503 bytes: a task has 502 at most/);
    });

    it('fails with code 2 for wrong usage', async () => {
      const { code, stderr } = await runExample('demo', [...options, '--workers', 'x']).end;
      assert.equal(code, 2);
      assert.match(stderr, /--workers/);
    });

    it('cleans up when it is interrupted', async () => {
      const child = runExample('demo', [...options, '-']);
      child.write('first\n');
      await child.printed("Received message 'first processed'");
      child.kill('SIGINT');
      assert.equal((await child.end).code, 0);
    });
  });

  it('sha256-folder prints what sha256sum prints', async () => {
    mkdirSync(join(folder, 'sub'));
    const files = ['a', 'b c', 'sub/d', 'sub/ü', 'back\\slash'].map((name) => join(folder, name));
    files.forEach((file, index) => writeFileSync(file, randomBytes(index * 10_000)));
    const { code, stdout } = await runExample('sha256-folder', [folder, '--workers', '3']).end;
    assert.equal(code, 0);
    const expected = execFileSync('sha256sum', files.toSorted()).toString().trimEnd();
    assert.equal(stdout, expected);
  });

  it('gzip writes everything that was sent before it was stopped', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const file = join(folder, 'messages.gz');
    const child = runExample('gzip', [queue.name, file]);
    await child.printed(`Writing queue ${queue.name} to ${file}`);
    const messages = Array.from({ length: 300 }, (_, index) => `message ${index}\n`);
    for (const message of messages) await queue.send(message);
    child.kill('SIGTERM');
    assert.equal((await child.end).code, 0);
    const rest: string[] = [];
    for (let next = queue.tryReceive(); next !== null; next = queue.tryReceive()) {
      rest.push(next.text());
    }
    assert.equal(gunzipSync(readFileSync(file)).toString() + rest.join(''), messages.join(''));
  });

  it('dashboard counts messages and bytes', async () => {
    const queue = temporaryQueue();
    const child = runExample('dashboard', [queue.name]);
    await child.printed(`Watching queue ${queue.name}`);
    for (let number = 0; number < 50; number += 1) await queue.send('12345');
    await until(() => queue.currentMessages === 0);
    child.kill('SIGINT');
    const { code, stdout } = await child.end;
    assert.equal(code, 0);
    assert.match(stdout, /messages {2}50\nbytes {5}250\n/);
    assert.match(stdout, /last {6}"12345"/);
  });

  it('echo answers in capitals', async () => {
    const requests = temporaryQueue();
    const responses = temporaryQueue();
    const child = runExample('echo', [requests.name, responses.name]);
    await child.printed(`Answering ${requests.name} on ${responses.name}`);
    for (const word of ['one', 'two']) {
      await requests.send(word);
      assert.equal((await responses.receive()).text(), word.toUpperCase());
    }
    child.kill('SIGTERM');
    assert.equal((await child.end).code, 0);
  });
});
