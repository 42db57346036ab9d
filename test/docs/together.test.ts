import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { MessageQueue } from 'posix-mqueue';
import { Child } from '../support/child.js';
import { GUIDES } from '../support/guides.js';
import { ownName, pages, recipes, textOf } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MOCHA = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');

describe('the files of the documentation', function () {
  this.timeout(60_000);

  it('README: a host is answered by a worker, which ends by SIGTERM', async () => {
    const files = new PageFiles('README.md');
    const worker = files.run(files.use('worker.mjs'));
    const host = files.run(files.use('host.mjs'));
    const { code, stdout, stderr } = await host.end;
    assert.deepEqual([code, stdout, stderr], [0, 'task-1 processed', '']);
    worker.kill('SIGTERM');
    assert.equal((await worker.end).code, 0);
  });

  it('rpc: a host is answered by a worker, which ends by SIGTERM', async () => {
    const files = new PageFiles('docs/rpc.md');
    const worker = files.run(files.use('rpc-worker.mjs'));
    const host = files.run(files.use('rpc-host.mjs'));
    const { code, stdout, stderr } = await host.end;
    assert.deepEqual([code, stdout, stderr], [0, '3\n1\n2', '']);
    worker.kill('SIGTERM');
    assert.equal((await worker.end).code, 0);
    MessageQueue.unlink(ownName('/rpc_jobs'));
  });

  it('README: a test that passes', async () => {
    const files = new PageFiles('README.md');
    const { code, stdout } = await files.run(MOCHA, '--no-config', files.use('queue.test.mjs')).end;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /1 passing/);
  });

  it('testing: tests that pass', async () => {
    const files = new PageFiles('docs/testing.md');
    const names = ['answers.test.mjs', 'memory.test.mjs', 'consumers.test.mjs'];
    const paths = names.map((name) => files.use(name));
    const { code, stdout } = await files.run('--test', ...paths).end;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass 4/);
  });

  it('rabbitmq: programs, which test/amqp/guide.test.ts runs with a broker', async () => {
    const files = new PageFiles('docs/rabbitmq.md');
    const programs = ['amqp-worker.mjs', 'amqp-host.mjs', 'plain-client.mjs', 'plain-worker.mjs'];
    for (const name of programs) {
      const { code, stderr } = await files.run('--check', files.use(name)).end;
      assert.deepEqual([code, stderr], [0, '']);
    }
  });

  it('transports: one that passes the contract', async () => {
    const files = new PageFiles('docs/transports.md');
    files.use('array-transport.mjs');
    const { code, stdout } = await files.run('--test', files.use('array-transport.test.mjs')).end;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass \d\d/);
  });

  it('streams: what was sent before SIGTERM is in the file, all of it', async () => {
    const files = new PageFiles('docs/streams.md');
    const child = files.run(files.use('drain.mjs'));
    await child.printed('Writing log.gz, until SIGTERM');
    const queue = MessageQueue.open(ownName('/log'), { access: 'write' });
    try {
      for (let number = 0; number < 5000; number += 1) await queue.send(String(number));
      child.kill('SIGTERM');
      assert.equal((await child.end).code, 0);
    } finally {
      queue.unlink();
      await queue.close();
    }
    const lines = gunzipSync(readFileSync(join(files.folder, 'log.gz')))
      .toString()
      .split('\n');
    assert.deepEqual(lines, [...Array(5000).keys(), ''].map(String));
  });

  it('service layer: a pool goes on when one of its workers is killed', async () => {
    const files = new PageFiles('docs/service.md');
    files.use('hash-worker.mjs');
    const pool = files.run(files.use('pool.mjs'));
    await pool.printed('all work');
    const sizes = { create: true, maxMessages: 1, maxMessageSize: 512 };
    const [requests, responses] = [ownName('/hash'), ownName('/hashed')].map((name) =>
      MessageQueue.open(name, sizes),
    ) as [MessageQueue, MessageQueue];
    try {
      const children = `/proc/${pool.process.pid}/task/${pool.process.pid}/children`;
      const [first = ''] = readFileSync(children, 'utf8').split(' ');
      process.kill(Number(first), 'SIGKILL');
      await pool.printed(`worker ${first} died (SIGKILL)`);
      await requests.send('x');
      assert.match((await responses.receive()).text(), /^2d711642b726b044/);
      pool.kill('SIGTERM');
      assert.equal((await pool.end).code, 0);
    } finally {
      for (const queue of [requests, responses]) {
        queue.unlink();
        await queue.close();
      }
    }
  });

  it('are all run here', () => {
    const others = pages().filter((page) => ![...recipes(), ...GUIDES].includes(page));
    assert.deepEqual(PageFiles.unused(others), []);
  });

  it('nothing is lost: the table is what the experiment measures', async () => {
    const child = new Child(process.execPath, [join(ROOT, 'docs', 'experiments', 'buffers.mjs')]);
    const { code, stdout, stderr } = await child.end;
    assert.deepEqual([code, stderr], [0, '']);
    const cells = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => line.startsWith('|') && !line.includes('---'))
        .map((line) => line.split(/ *\| */).join('|'));
    assert.deepEqual(cells(textOf('docs/nothing-is-lost.md')), cells(stdout));
  });
});
