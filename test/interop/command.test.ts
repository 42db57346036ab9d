import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { Child } from '../support/child.js';
import { clients } from '../support/clients.js';
import { unlinkQuietly } from '../support/code.js';
import { mqueue, startMqueue } from '../support/command.js';
import { exists } from '../support/exists.js';
import { languages, missing } from '../support/peers.js';
import { endBy } from '../support/program-worker.js';

const TASKS = 3;
const tasks = Array.from({ length: TASKS }, (_, index) => `task-${index + 1}`);
const COMPILING = 60_000;

describe('the command with programs in other languages', function () {
  this.timeout(COMPILING);

  let names: [requests: string, responses: string];
  beforeEach(() => {
    names = [temporaryName(), temporaryName()];
  });
  afterEach(() => {
    for (const name of names) unlinkQuietly(name);
  });

  /** Skipped, with the reason in the title, where the compiler is missing. */
  function test(title: string, reason: string | undefined, body: () => Promise<void>): void {
    it(`${title}${reason === undefined ? '' : `: ${reason}`}`, async function () {
      // Reason: the compiler is missing; the title says which.
      if (reason !== undefined) return this.skip();
      await body();
    });
  }

  for (const language of languages) {
    test(`mqueue host with a ${language.name} worker`, missing(language), async () => {
      const [command, ...parameters] = language.command('worker');
      const worker = new Child(command, [...parameters, ...names]);
      for (const name of names) await (await MessageQueue.waitFor(name)).close();
      const input = `${tasks.join('\n')}\n`;
      const { code, stdout, stderr } = await mqueue(['host', '--unlink', ...names], input);
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout.toString(), tasks.map((task) => `${task} processed\n`).join(''));
      worker.kill('SIGTERM');
      assert.equal((await worker.end).code, 0);
      assert.deepEqual(names.map(exists), [false, false]);
    });

    test(`a ${language.name} host with mqueue worker`, missing(language), async () => {
      const program = ['sh', '-c', 'cat; echo " processed"'];
      const worker = startMqueue(['worker', ...names, '--', ...program]);
      await worker.erred(/works on/);
      const [command, ...parameters] = language.command('host');
      const host = new Child(command, [...parameters, ...names, String(TASKS)]);
      const { code, stdout, stderr } = await host.end;
      assert.deepEqual([code, stderr], [0, '']);
      const received = stdout.split('\n').filter((line) => line.startsWith('Received'));
      assert.deepEqual(
        received,
        tasks.map((task) => `Received message '${task} processed'`),
      );
      // It has unlinked both.
      await worker.erred(/was removed/);
      await endBy(worker, 'SIGTERM');
    });
  }

  for (const client of clients) {
    test(`mqueue host --rpc with a ${client.name} worker`, client.missing, async () => {
      const [command, ...parameters] = client.command('worker');
      const dead = temporaryName();
      const worker = new Child(command, [...parameters, names[0], dead]);
      await worker.printed('ready');
      const ask = ['host', '--rpc', names[0], '--method'];
      const reversed = await mqueue([...ask, 'reverse'], 'abc\n\nxy\n');
      assert.deepEqual([reversed.code, reversed.stdout.toString()], [0, 'cba\n\nyx\n']);
      const failed = await mqueue([...ask, 'fail'], 'a\n');
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /^mqueue: line 1: /);
      worker.kill('SIGTERM');
      assert.equal((await worker.end).code, 0);
      unlinkQuietly(dead);
    });
  }
});
