import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { MessageQueue } from 'posix-mqueue';
import { WorkerPool, type WorkerExit, type WorkerPoolOptions } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { runFixture } from '../support/child.js';
import { errorLike, unlinkQuietly, until } from '../support/code.js';
import { slowdown } from '../support/sanitizer.js';

/** Milliseconds: as the pool gives by itself, and more where that is too few for any program. */
const START = 30_000 * slowdown;
const MODULE = new URL('../fixtures/pool-worker.js', import.meta.url);

function lives(pid: number | undefined): boolean {
  return existsSync(`/proc/${pid}`);
}

describe('WorkerPool', function () {
  this.timeout(20_000 * slowdown);

  let pool: WorkerPool | undefined;
  let running: Promise<void>;
  let exits: WorkerExit[];

  afterEach(async () => {
    await pool?.close({ timeout: 0 });
    pool = undefined;
  });

  /** A pool that runs. */
  function poolOf(args: readonly string[], options: WorkerPoolOptions = {}): WorkerPool {
    const made = new WorkerPool(MODULE, { size: 2, args, startTimeout: START, ...options });
    exits = [];
    made.on('exit', (exit) => exits.push(exit));
    running = made.run();
    pool = made;
    return made;
  }

  async function readyPoolOf(...parameters: Parameters<typeof poolOf>): Promise<WorkerPool> {
    const made = poolOf(...parameters);
    await once(made, 'ready');
    return made;
  }

  describe('of workers', () => {
    let names: [requests: string, responses: string];
    let requests: MessageQueue;
    let responses: MessageQueue;

    beforeEach(() => {
      names = [temporaryName(), temporaryName()];
      const sizes = { create: true, maxMessages: 4, maxMessageSize: 64 };
      requests = MessageQueue.open(names[0], sizes);
      responses = MessageQueue.open(names[1], sizes);
    });
    afterEach(async () => {
      await Promise.all([requests.close(), responses.close()]);
      for (const name of names) unlinkQuietly(name);
    });

    async function answeredBy(task: string): Promise<number> {
      await requests.send(task);
      const answer = (await responses.receive()).text();
      assert.ok(answer.startsWith(`${task} by `), answer);
      return Number(answer.slice(task.length + ' by '.length));
    }

    it('keeps so many processes that share the requests', async () => {
      const { pids } = await readyPoolOf(['works', ...names]);
      assert.equal(new Set(pids).size, 2);
      const answering = new Set<number>();
      // Which of them has the next one, the kernel says.
      for (let task = 0; answering.size < 2; task += 1) {
        answering.add(await answeredBy(String(task)));
      }
      assert.deepEqual(answering, new Set(pids));
    });

    it('adds up what its workers count', async () => {
      const started = await readyPoolOf(['works', ...names]);
      for (const task of ['a', 'b', 'c']) await answeredBy(task);
      // A worker counts a response after it was sent.
      let stats = await started.stats();
      while (stats.counts['processed'] !== 3) stats = await started.stats();
      assert.deepEqual([stats.size, stats.ready, stats.restarts], [2, 2, 0]);
      assert.deepEqual([stats.counts['received'], stats.counts['responses']], [3, 3]);
      assert.deepEqual(new Set(stats.workers.map(({ pid }) => pid)), new Set(started.pids));
      for (const { uptime, ready } of stats.workers) assert.ok(ready && uptime > 0);
    });

    it('starts another one in the place of one that is killed, and tells who died', async () => {
      const started = await readyPoolOf(['works', ...names]);
      const [first = 0, second = 0] = started.pids;
      process.kill(first, 'SIGKILL');
      const [online] = (await once(started, 'online')) as [{ pid: number; place: number }];
      const { pid, place, code, signal, expected, restartIn } = exits[0] as WorkerExit;
      assert.deepEqual(
        [pid, place, code, signal, expected, online.place],
        [first, 0, null, 'SIGKILL', false, 0],
      );
      assert.ok(restartIn !== undefined);
      assert.deepEqual(new Set(started.pids), new Set([online.pid, second]));
      assert.equal((await started.stats()).restarts, 1);
      await answeredBy('after');
    });

    it('tells what it had in hand, which others work on next', async () => {
      const started = await readyPoolOf(['leased', ...names], { size: 1 });
      const [pid = 0] = started.pids;
      await requests.send('precious', { priority: 3 });
      let stats = await started.stats();
      while (stats.counts['inHand'] !== 1) stats = await started.stats();
      process.kill(pid, 'SIGKILL');
      await until(() => exits.length === 1, 'an end');
      const inHand = exits[0]?.inHand.map(({ queue, message, attempts }) => [
        queue,
        message.text(),
        message.priority,
        attempts,
      ]);
      assert.deepEqual(inHand, [[names[0], 'precious', 3, 0]]);
      const answer = (await responses.receive()).text();
      assert.ok(answer.startsWith('precious by ') && !answer.endsWith(` ${pid}`), answer);
      await started.close();
      assert.deepEqual(exits[1]?.inHand, []);
    });

    it('replaces them one by one, and the queue is served all the time', async () => {
      const started = await readyPoolOf(['works', ...names]);
      const before = started.pids;
      const alive: number[] = [];
      started.on('exit', () => alive.push(started.pids.length));
      const replaced = started.replace();
      let isOver = false;
      void replaced.then(() => (isOver = true));
      while (!isOver) await answeredBy('x');
      assert.equal(started.pids.length, 2);
      assert.ok(started.pids.every((pid) => !before.includes(pid)));
      assert.deepEqual(alive, [2, 2]);
      assert.deepEqual(
        exits.map(({ code, expected, restartIn }) => [code, expected, restartIn]),
        [
          [0, true, undefined],
          [0, true, undefined],
        ],
      );
    });

    it('lets them finish at the end what they have in hand', async () => {
      const started = await readyPoolOf(['works', ...names]);
      await started.close();
      await running;
      assert.deepEqual(
        exits.map(({ code, expected }) => [code, expected]),
        [
          [0, true],
          [0, true],
        ],
      );
      assert.deepEqual(started.pids, []);
    });

    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      it(`passes ${signal} on, and ends when they have`, async () => {
        const child = runFixture('pool', ['2', 'works', ...names]);
        const pids = (await child.line()).split(' ').slice(1).map(Number);
        assert.equal(pids.length, 2);
        child.kill(signal);
        const { code, stdout, stderr } = await child.end;
        assert.deepEqual([code, stderr], [0, '']);
        assert.match(stdout, /exit 0 null true\nexit 0 null true\nstopped$/);
        assert.deepEqual(pids.filter(lives), []);
      });
    }

    it('leaves no worker behind when it is killed', async () => {
      const child = runFixture('pool', ['2', 'works', ...names]);
      const pids = (await child.line()).split(' ').slice(1).map(Number);
      child.kill('SIGKILL');
      await until(() => !pids.some(lives), 'an end of the workers');
    });
  });

  it('takes the word of a module without workers', async () => {
    const { pids } = await readyPoolOf(['ready']);
    assert.equal(pids.length, 2);
    const { counts } = (await pool?.stats({ timeout: 10 })) ?? {};
    assert.deepEqual(counts, {});
  });

  it('starts one that dies at once after ever longer delays', async () => {
    poolOf(['dies'], { size: 1, restartDelay: 10, maxRestartDelay: 40 });
    await until(() => exits.length === 4, 'four ends');
    assert.deepEqual(
      exits.map(({ code, restartIn }) => [code, restartIn]),
      [
        [7, 10],
        [7, 20],
        [7, 40],
        [7, 40],
      ],
    );
    assert.deepEqual(exits[0]?.error, undefined);
  });

  it('kills one that does not get ready, and says what to do', async () => {
    poolOf(['silent'], { size: 1, startTimeout: 200 });
    await until(() => exits.length === 1, 'an end');
    assert.equal(exits[0]?.signal, 'SIGKILL');
    errorLike(Error, { code: 'ERR_MQ_POOL' }, /200 ms.*process\.send\('ready'\)/)(exits[0]?.error);
  });

  it('tells of a program that is not there', async () => {
    pool = new WorkerPool('/no/such/module.js', { size: 1, stdio: 'ignore', restartDelay: 10_000 });
    const exit = once(pool, 'exit');
    running = pool.run();
    const [{ code, restartIn }] = (await exit) as [WorkerExit];
    assert.deepEqual([code, restartIn], [1, 10_000]);
    // While none is there.
    await pool.close();
    await running;
  });

  it('kills those that do not end in time', async () => {
    const started = await readyPoolOf(['deaf']);
    await started.close({ timeout: 100 });
    assert.deepEqual(
      exits.map(({ signal, expected }) => [signal, expected]),
      [
        ['SIGKILL', true],
        ['SIGKILL', true],
      ],
    );
  });

  it('says that one did not answer whose event loop is busy', async () => {
    const started = await readyPoolOf(['busy'], { size: 1 });
    const { workers } = await started.stats({ timeout: 50 });
    assert.deepEqual(
      workers.map(({ counts, ready }) => [counts, ready]),
      [[undefined, true]],
    );
  });

  it('keeps the one before where the next one does not come up', async () => {
    const started = await readyPoolOf(['ready'], { size: 1, startTimeout: 5000 * slowdown });
    const before = started.pids;
    const replaced = started.replace();
    await until(() => started.pids.length === 2, 'a second process');
    process.kill(started.pids[1] ?? 0, 'SIGKILL');
    await assert.rejects(replaced, errorLike(Error, { code: 'ERR_MQ_POOL' }, /place 0/));
    assert.deepEqual(started.pids, before);
    assert.equal(exits[0]?.restartIn, undefined);
  });

  it('passes any signal on', async () => {
    const started = await readyPoolOf(['ready'], { size: 1 });
    started.kill('SIGUSR2');
    await until(() => exits.length === 1, 'an end');
    assert.deepEqual([exits[0]?.signal, exits[0]?.expected], ['SIGUSR2', false]);
  });

  it('warns once of a death of which nobody hears', async () => {
    const warned: (Error & { code?: string })[] = [];
    const listener = (warning: Error): unknown => warned.push(warning);
    process.on('warning', listener);
    try {
      pool = new WorkerPool(MODULE, { size: 1, args: ['dies'], restartDelay: 1 });
      running = pool.run();
      const { pids } = pool;
      await until(() => warned.length > 0, 'a warning');
      assert.equal(warned[0]?.code, 'MQ_WORKER_DIED');
      assert.match(warned[0].message, new RegExp(`pid ${pids[0]}.*ended by code 7`));
    } finally {
      process.off('warning', listener);
    }
  });

  it('closes by a signal of AbortController, also before it begins', async () => {
    pool = new WorkerPool(MODULE, { size: 1, args: ['ready'] });
    const controller = new AbortController();
    running = pool.run({ signal: controller.signal });
    await once(pool, 'ready');
    controller.abort();
    await running;
    const another = new WorkerPool(MODULE, { size: 1, args: ['ready'] });
    await another.run({ signal: AbortSignal.abort() });
    assert.deepEqual(another.pids, []);
  });

  it('runs once', async () => {
    const started = poolOf(['ready'], { size: 1 });
    await assert.rejects(started.run(), /'run\(\)' must be called once, not 'running'/);
    await started.close();
    await assert.rejects(started.run(), /'run\(\)' must be called once, not 'closed'/);
    await assert.rejects(started.replace(), errorLike(Error, { code: 'ERR_MQ_POOL' }, /closed/));
  });

  it('refuses what it cannot use, before it starts anything', () => {
    const bad: [unknown, WorkerPoolOptions, RegExp][] = [
      [undefined, {}, /'module' must be a path or a file: URL/],
      ['x.js', { size: 0 }, /options\.size.* from 1 to 1024/],
      ['x.js', { args: 'x' as never }, /options\.args.*list of strings/],
      ['x.js', { env: { A: 1 as never } }, /options\.env.*object of strings/],
      ['x.js', { restartDelay: -1 }, /options\.restartDelay/],
      ['x.js', { sise: 1 } as never, /did you mean 'size'/],
    ];
    for (const [module, options, message] of bad) {
      assert.throws(() => new WorkerPool(module as string, options), message);
    }
  });
});
