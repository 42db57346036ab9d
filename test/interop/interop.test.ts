import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName } from 'posix-mqueue/testing';
import { Child, runExample } from '../support/child.js';
import { languages, missing } from '../support/peers.js';

const TASKS = 5;
const tasks = Array.from({ length: TASKS }, (_, index) => `task-${index + 1}`);

/** What a host prints. */
const hostLines = tasks.flatMap((task) => [
  `Sending message '${task}'`,
  `Received message '${task} processed'`,
]);
/** What a worker prints. */
const workerLines = tasks.flatMap((task) => [
  `Received message '${task}'`,
  `Sending message '${task} processed'`,
]);

describe('the raw protocol with programs in other languages', function () {
  this.timeout(60_000);

  let names: [requests: string, responses: string];

  beforeEach(() => {
    names = [temporaryName(), temporaryName()];
  });
  afterEach(() => {
    for (const name of names) {
      try {
        MessageQueue.unlink(name);
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, 'ENOENT');
      }
    }
  });

  /** Both run; the host ends by itself, the worker by SIGTERM. */
  async function exchange(host: Child, worker: Child): Promise<void> {
    const hostEnd = await host.end;
    assert.deepEqual([hostEnd.code, hostEnd.stderr], [0, '']);
    assert.deepEqual(hostEnd.stdout.split('\n'), hostLines);
    worker.kill('SIGTERM');
    const workerEnd = await worker.end;
    assert.deepEqual([workerEnd.code, workerEnd.stderr], [0, '']);
    assert.deepEqual(workerEnd.stdout.split('\n'), workerLines);
    for (const name of names) assert.throws(() => MessageQueue.open(name), { code: 'ENOENT' });
  }

  /** A worker has both queues open before the host begins, so that unlinking them hurts nobody. */
  async function created(): Promise<void> {
    for (const name of names) {
      for (;;) {
        try {
          await MessageQueue.open(name).close();
          break;
        } catch (error) {
          assert.equal((error as { code?: unknown }).code, 'ENOENT');
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    }
  }

  for (const language of languages) {
    const reason = missing(language);

    it(`our host with a ${language.name} worker${reason === undefined ? '' : `: ${reason}`}`, async function () {
      // Reason: the compiler is missing; the title says which.
      if (reason !== undefined) return this.skip();
      const [command, ...parameters] = language.command('worker');
      const worker = new Child(command, [...parameters, ...names]);
      await created();
      await exchange(runExample('host', [...names, String(TASKS)]), worker);
    });

    it(`a ${language.name} host with our worker${reason === undefined ? '' : `: ${reason}`}`, async function () {
      // Only where the compiler is missing; the title says which.
      if (reason !== undefined) return this.skip();
      const [command, ...parameters] = language.command('host');
      const worker = runExample('worker', names);
      await created();
      await exchange(new Child(command, [...parameters, ...names, String(TASKS)]), worker);
    });
  }

  for (const language of languages) {
    const reason = missing(language);

    it(`two ${language.name} hosts, one after the other, with our worker${reason === undefined ? '' : `: ${reason}`}`, async function () {
      // Only where the compiler is missing; the title says which.
      if (reason !== undefined) return this.skip();
      const [command, ...parameters] = language.command('host');
      const worker = runExample('worker', names);
      await created();
      for (let run = 0; run < 2; run += 1) {
        const { code, stdout } = await new Child(command, [...parameters, ...names, '2']).end;
        assert.deepEqual([code, stdout.split('\n')], [0, hostLines.slice(0, 4)]);
      }
      worker.kill('SIGTERM');
      const workerEnd = await worker.end;
      assert.deepEqual([workerEnd.code, workerEnd.stderr], [0, '']);
      for (const name of names) assert.throws(() => MessageQueue.open(name), { code: 'ENOENT' });
    });
  }

  it('our host with our worker', async () => {
    const worker = runExample('worker', names);
    await created();
    await exchange(runExample('host', [...names, String(TASKS)]), worker);
  });
});
