import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { runExample } from '../support/child.js';
import { until } from '../support/code.js';
import { takeAll } from '../support/messages.js';

/** What the gzip example wrote. */
function recordsOf(file: string): { text?: string }[] {
  const lines = gunzipSync(readFileSync(file)).toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { text?: string });
}

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
    // What a message looks like is no matter: each is one line.
    const messages = Array.from(
      { length: 300 },
      (_, index) => `message ${index}${'\n'.repeat(index % 2)}`,
    );
    for (const message of messages) await queue.send(message);
    child.kill('SIGTERM');
    assert.equal((await child.end).code, 0);
    const written = recordsOf(file).map(({ text }) => text);
    assert.deepEqual([...written, ...takeAll(queue)], messages);
  });

  it('gzip writes priorities, and bytes that are no text, and removes the queue that it made', async () => {
    const name = temporaryName();
    const file = join(folder, 'messages.gz');
    const child = runExample('gzip', [name, file]);
    await child.printed(`Writing queue ${name} to ${file}`);
    const queue = MessageQueue.open(name);
    await queue.send('text', { priority: 3 });
    await queue.send(Buffer.from([0xff, 0]));
    await until(() => queue.currentMessages === 0, 'an empty queue');
    child.kill('SIGTERM');
    assert.deepEqual([(await child.end).code, queue.stat().unlinked], [0, true]);
    await queue.close();
    assert.deepEqual(recordsOf(file), [
      { priority: 3, text: 'text' },
      { priority: 0, base64: '/wA=' },
    ]);
  });

  it('dashboard counts messages and bytes', async () => {
    const queue = temporaryQueue();
    const child = runExample('dashboard', [queue.name]);
    await child.printed(`Watching queue ${queue.name}`);
    for (let number = 0; number < 50; number += 1) await queue.send('12345');
    await until(() => queue.currentMessages === 0, 'an empty queue');
    child.kill('SIGINT');
    const { code, stdout } = await child.end;
    assert.equal(code, 0);
    assert.match(stdout, /messages {2}50\nbytes {5}250\n/);
    assert.match(stdout, /last {6}"12345"/);
  });

  it('worker answers a request that is no text', async () => {
    const names = [temporaryQueue({ maxMessages: 1 }), temporaryQueue({ maxMessages: 1 })] as const;
    const child = runExample('worker', [names[0].name, names[1].name]);
    await names[0].send(Buffer.from([0xff]));
    assert.equal((await names[1].receive()).text(), 'failed (ERR_MQ_INVALID_MESSAGE)');
    child.kill('SIGTERM');
    assert.equal((await child.end).code, 0);
  });

  it('dashboard leaves a queue that it made if messages are in it, and says so', async () => {
    const name = temporaryName();
    const child = runExample('dashboard', [name]);
    await child.printed(`Watching queue ${name}`);
    child.process.kill('SIGSTOP');
    const queue = MessageQueue.open(name);
    for (let number = 0; number < queue.maxMessages; number += 1) await queue.send('x');
    child.kill('SIGINT');
    child.process.kill('SIGCONT');
    const { code, stderr } = await child.end;
    assert.equal(code, 0);
    const { currentMessages } = queue;
    assert.equal(queue.stat().unlinked, currentMessages === 0);
    if (currentMessages > 0) {
      assert.equal(stderr, `Queue ${name} stays: ${currentMessages} messages are in it\n`);
      MessageQueue.unlink(name);
    }
    await queue.close();
  });

  it('ask gives each of many requests its own answer', async () => {
    const child = runExample('ask');
    const { code, stdout } = await child.end;
    assert.equal(code, 0);
    const squares = Array.from({ length: 20 }, (_, index) => index + 1).map(
      (n) => `${n} * ${n} = ${n * n}`,
    );
    assert.deepEqual(stdout.split('\n'), squares);
    for (const side of ['requests', 'responses']) {
      const name = `/ask-${child.process.pid}-${side}`;
      assert.throws(() => MessageQueue.open(name), { code: 'ENOENT' });
    }
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
