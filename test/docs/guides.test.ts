import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { Child } from '../support/child.js';
import { unlinkQuietly } from '../support/code.js';
import { exists } from '../support/exists.js';
import { GUIDES } from '../support/guides.js';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';
import { runsOthers } from '../support/sanitizer.js';

const PEERS = fileURLToPath(new URL('../../../test/peers', import.meta.url));
const POSIX_MQ = fileURLToPath(new URL('../fixtures/posix-mq.js', import.meta.url));

const has = (command: string, ...parameters: string[]): boolean =>
  runsOthers && spawnSync(command, parameters).status === 0;

describe('the guides', function () {
  this.timeout(60_000);
  let files: PageFiles;
  const guide = (name: string): PageFiles => (files = new PageFiles(`docs/${name}.md`));

  afterEach(() => {
    for (const name of files.names) unlinkQuietly(name);
  });

  it('getting started: two processes', async () => {
    guide('getting-started');
    files.use('send.mjs');
    const receiver = files.run(files.use('receive.mjs'));
    await receiver.printed('Waiting for messages, until Ctrl-C');
    const sender = await files.terminal('sending').end;
    assert.deepEqual([sender.code, sender.stdout, sender.stderr], [0, '', '']);
    await receiver.printed('7: urgent');
    receiver.kill('SIGINT');
    const { code, stdout, stderr } = await receiver.end;
    assert.deepEqual([code, stdout, stderr], [0, files.text('received').trimEnd(), '']);
    assert.equal(exists(ownName('/hello')), false);
  });

  it('getting started: two languages', async function () {
    guide('getting-started');
    const printed = files.text('printed').trimEnd();
    for (const name of ['answer.mjs', 'ask.cc', 'terminal-1', 'terminal-2']) files.use(name);
    // Reason: there is no compiler, or its program cannot run under ThreadSanitizer.
    if (!has('g++', '--version')) this.skip();
    const first = files.terminal('terminal-1');
    await first.printed('Waiting for tasks, until Ctrl-C');
    const second = await files.terminal('terminal-2').end;
    assert.deepEqual([second.code, second.stdout, second.stderr], [0, printed, '']);
    first.kill('SIGINT');
    assert.equal((await first.end).code, 0);
    assert.deepEqual(files.names.filter(exists), []);
  });

  it('rxjs: at a signal the job in hand is done, and the next one stays', async () => {
    guide('rxjs');
    const child = files.run(files.use('until.mjs'));
    const queue = await MessageQueue.waitFor(ownName('/until_jobs'));
    await queue.send('first');
    await queue.send('second');
    await child.printed('begun first');
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await child.end;
    assert.deepEqual([code, stdout, stderr], [0, 'begun first\ndone first\nended', '']);
    assert.equal((await queue.receive()).text(), 'second');
    await queue.close();
  });

  describe('migrating from posix-mq', () => {
    for (const consumer of ['old-consumer.cjs', 'new-consumer.mjs']) {
      for (const sender of ['old-sender.cjs', 'new-sender.mjs']) {
        it(`${sender} sends to ${consumer}`, async () => {
          guide('migrating');
          const folder = join(files.folder, 'node_modules', 'posix-mq');
          mkdirSync(folder, { recursive: true });
          const source = `module.exports = require(${JSON.stringify(POSIX_MQ)}).PosixMQ;`;
          writeFileSync(join(folder, 'index.js'), source);
          const receiving = files.run(files.use(consumer));
          await (await MessageQueue.waitFor(ownName('/orders'))).close();
          const sending = await files.run(files.use(sender)).end;
          assert.deepEqual([sending.code, sending.stderr], [0, '']);
          const { code, stdout, stderr } = await receiving.end;
          const orders = ['one', 'two', 'three', 'four', 'five', 'six', 'end'];
          assert.deepEqual([code, stderr], [0, '']);
          assert.deepEqual(
            stdout.split('\n'),
            orders.map((order) => `Got '${order}'`),
          );
          assert.equal(exists(ownName('/orders')), false);
        });
      }
    }
  });

  describe('migrating from posix_ipc', () => {
    const PYTHONPATH = has('python3', '-c', 'import posix_ipc') ? '' : PEERS;

    for (const [program, command] of [
      ['old_jobs.py', 'python3'],
      ['new-jobs.mjs', process.execPath],
    ] as const) {
      for (const [last, printed] of [
        ['end', '0: end'],
        ['two', '0: two\nnone for a second'],
      ] as const) {
        it(`${program} takes jobs until ${last}`, async function () {
          guide('migrating');
          const file = files.use(program);
          // Reason: there is no Python.
          if (command === 'python3' && !has('python3', '--version')) this.skip();
          const sizes = { create: true, maxMessages: 4, maxMessageSize: 256 };
          const queue = MessageQueue.open(ownName('/batch'), sizes);
          await queue.send(last);
          await queue.send('one', { priority: 7 });
          await queue.close();
          const env = { ...process.env, PYTHONPATH };
          const { code, stdout, stderr } = await new Child(command, [file], { env }).end;
          const expected = `Waiting for jobs\n7: one\n${printed}`;
          assert.deepEqual([code, stdout, stderr], [0, expected, '']);
          assert.equal(exists(ownName('/batch')), false);
        });
      }
    }
  });

  describe('migrating from C', () => {
    async function answers(worker: Child): Promise<void> {
      const [requests, responses] = await Promise.all(
        ['/requests', '/responses'].map((name) => MessageQueue.waitFor(ownName(name))),
      );
      await requests?.send('one');
      await requests?.send('two');
      const first = await responses?.receive();
      const second = await responses?.receive();
      assert.deepEqual([first?.text(), second?.text()], ['ONE', 'TWO']);
      await requests?.close();
      await responses?.close();
      worker.kill('SIGTERM');
    }

    it('worker.c answers', async function () {
      guide('migrating');
      const source = files.use('worker.c');
      // Reason: there is no compiler, or its program cannot run under ThreadSanitizer.
      if (!has('gcc', '--version')) this.skip();
      const program = join(files.folder, 'worker');
      const flags = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror'];
      const { stderr } = spawnSync('gcc', [...flags, source, '-o', program, '-lrt']);
      assert.equal(stderr.toString(), '');
      const worker = new Child(program, []);
      await answers(worker);
      assert.equal((await worker.end).signal, 'SIGTERM');
    });

    for (const [program, end] of [
      ['loop.mjs', 'SIGTERM'],
      ['service.mjs', 0],
    ] as const) {
      it(`${program} answers`, async () => {
        guide('migrating');
        const worker = files.run(files.use(program));
        await answers(worker);
        const { code, signal, stderr } = await worker.end;
        assert.deepEqual([signal ?? code, stderr], [end, '']);
      });
    }
  });

  describe('their files', () => {
    it('are all run here', () => {
      assert.deepEqual(PageFiles.unused(GUIDES), []);
    });
  });
});
