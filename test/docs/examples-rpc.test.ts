import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { runExample, type Child } from '../support/child.js';
import { until } from '../support/code.js';
import { exists } from '../support/exists.js';
import { leaseFiles } from '../support/leases.js';

describe('examples of payloads in shared memory', function () {
  this.timeout(30_000);

  let memory: string;
  let path: string;

  beforeEach(() => {
    memory = temporaryName();
    path = join('/dev/shm', memory);
  });
  afterEach(() => {
    rmSync(path, { force: true });
  });

  it('worker takes lengths, and the payloads from the beginning of the memory', async () => {
    const requests = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const responses = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const worker = runExample('shared-memory', ['worker', requests.name, responses.name, memory]);
    // A string of C, and a memory that has to grow for the answer.
    for (const [size, end] of [
      [4090, '\0'],
      [3, ''],
      [0, ''],
    ] as const) {
      writeFileSync(path, Buffer.alloc(4096, 'x'));
      await requests.send(`${size}${end}`);
      const length = Number((await responses.receive()).text());
      assert.equal(length, size + 10);
      assert.equal(
        readFileSync(path).toString('latin1', 0, length),
        `${'x'.repeat(size)} processed`,
      );
      assert.equal(statSync(path).size % 4096, 0);
    }
    writeFileSync(path, Buffer.alloc(4096));
    await requests.send('4097');
    assert.equal((await responses.receive()).text(), 'failed (the worker has the reason)');
    worker.kill('SIGTERM');
    assert.equal((await worker.end).code, 0);
  });

  it('host has a file of many pages worked on, and removes the memory', async () => {
    const names = [temporaryName(), temporaryName(), memory];
    const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    const file = join(folder, 'payload');
    const payload = randomBytes(300_000).toString('base64');
    writeFileSync(file, payload);
    const host = runExample('shared-memory', ['host', ...names, file]);
    await until(() => exists(names[0] ?? ''), 'the queue of the host');
    const worker = runExample('shared-memory', ['worker', ...names]);
    const { code, stdout, stderr } = await host.end;
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(stdout, `${payload} processed`);
    assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
    worker.kill('SIGTERM');
    assert.equal((await worker.end).code, 0);
    rmSync(folder, { recursive: true });
  });
});

describe('examples of request and reply', function () {
  this.timeout(60_000);

  it('killed-hashes has every sum though workers are killed all the time', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    const files = Array.from({ length: 60 }, (_, index) => join(folder, String(index)));
    for (const file of files) writeFileSync(file, randomBytes(2 ** 20));
    const child = runExample('killed-hashes', [folder, '--workers', '2', '--kill', '20']);
    const { code, stdout, stderr } = await child.end;
    assert.equal(code, 0, stderr);
    assert.equal(stdout, execFileSync('sha256sum', files.toSorted()).toString().trimEnd());
    const killed = Number(/60 files, (\d+) workers killed/.exec(stderr)?.[1]);
    assert.ok(killed >= 1, stderr);
    assert.equal(stderr.match(/was killed$/gm)?.length, killed);
    const queue = `/hashes-${child.process.pid}`;
    assert.deepEqual([exists(queue), leaseFiles(queue)], [false, []]);
    rmSync(folder, { recursive: true });
  });

  describe('http-primes', () => {
    let server: Child;
    let url: string;

    beforeEach(async () => {
      server = runExample('http-primes', ['0']);
      url = (await server.line()).replace('Listening on ', '');
    });
    afterEach(async () => {
      server.kill('SIGTERM');
      const { code, stderr } = await server.end;
      assert.deepEqual([code, stderr], [0, '']);
      const queue = `/primes-${server.process.pid}`;
      assert.deepEqual([exists(queue), leaseFiles(queue)], [false, []]);
    });

    it('counts primes, for several clients at one time', async () => {
      const ends = [0, 10, 100_000];
      const answers = await Promise.all(
        ends.map(async (end) => (await fetch(`${url}/primes?below=${end}`)).json()),
      );
      assert.deepEqual(answers, [
        { below: 0, primes: 0 },
        { below: 10, primes: 4 },
        { below: 100_000, primes: 9592 },
      ]);
      assert.equal((await fetch(`${url}/primes?below=x`)).status, 400);
    });

    it('stops when the client goes away, and answers the next one', async () => {
      const request = get(`${url}/primes?below=${2 ** 40}`).on('error', () => undefined);
      await server.printed(`Counting the primes below ${2 ** 40}`);
      request.destroy();
      await server.printed(`Nobody waits for the primes below ${2 ** 40} any more`);
      const response = await fetch(`${url}/primes?below=20000`);
      assert.deepEqual(await response.json(), { below: 20_000, primes: 2262 });
    });
  });
});
