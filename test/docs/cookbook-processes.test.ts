import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import type { Child } from '../support/child.js';
import { unlinkQuietly } from '../support/code.js';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';

const UNTIL_CTRL_C = /, until Ctrl-C( or SIGTERM)?$/m;

describe('the cookbook: processes', function () {
  this.timeout(60_000);
  let files: PageFiles;
  const recipe = (name: string): PageFiles => (files = new PageFiles(`docs/cookbook/${name}.md`));

  afterEach(() => {
    for (const name of files.names) unlinkQuietly(name);
  });

  async function endsWell(child: Child): Promise<string> {
    const { code, stdout, stderr } = await child.end;
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  }

  /** What is left in a queue. */
  async function leftIn(name: string): Promise<string[]> {
    const left: string[] = [];
    const queue = MessageQueue.open(ownName(name));
    for await (const message of queue.createReadStream({ until: 'empty' })) left.push(`${message}`);
    await queue.close();
    return left;
  }

  it('fan-out: a process that is killed loses no job', async () => {
    recipe('fan-out');
    for (const name of ['job-worker.mjs', 'pool.mjs', 'terminal-1', 'terminal-2']) files.use(name);
    const pool = files.terminal('terminal-1');
    await pool.shown(UNTIL_CTRL_C);
    const sent = files.terminal('terminal-2');
    const [, killed = ''] = await pool.shown(/^(\d+) begins 1$/m);
    process.kill(Number(killed), 'SIGKILL');
    await endsWell(sent);
    await pool.printed(`${killed} died (SIGKILL)`);
    for (let job = 1; job <= 9; job += 1) await pool.printed(`done ${job}`);
    await pool.shown(new RegExp(`^(?!${killed})\\d+ begins 1$`, 'm'));
    pool.kill('SIGINT');
    await endsWell(pool);
  });

  it('shutdown: finishes what is in hand, and leaves the rest', async () => {
    recipe('shutdown');
    for (const name of ['worker.mjs', 'terminal-1', 'terminal-2']) files.use(name);
    const worker = files.terminal('terminal-1');
    await worker.shown(UNTIL_CTRL_C);
    const sent = files.terminal('terminal-2');
    await worker.printed('begins 2');
    worker.kill('SIGTERM');
    assert.equal(`${await endsWell(worker)}\n`, files.text('printed'));
    await endsWell(sent);
    assert.deepEqual(await leftIn('/work'), ['3', '4']);
  });

  it('shutdown: what is in hand at kill -9 comes again', async () => {
    recipe('shutdown');
    const killed = files.run(files.use('worker.mjs'));
    await killed.shown(UNTIL_CTRL_C);
    const sent = files.terminal('terminal-2');
    await killed.printed('begins 2');
    await endsWell(sent);
    killed.kill('SIGTERM');
    killed.kill('SIGKILL');
    await killed.end;
    const next = files.run(files.use('worker.mjs'));
    for (let job = 1; job <= 4; job += 1) await next.printed(`done ${job}`);
    next.kill('SIGTERM');
    await endsWell(next);
  });

  it('shutdown: a loop puts back what it has not begun', async () => {
    recipe('shutdown');
    const queue = MessageQueue.open(ownName('/batches'), { create: true, maxMessageSize: 512 });
    for (let job = 1; job <= 6; job += 1) await queue.send(String(job));
    await queue.close();
    const loop = files.run(files.use('loop.mjs'));
    await loop.printed('done 1');
    loop.kill('SIGTERM');
    const printed = await endsWell(loop);
    assert.match(printed, /^done 2\n2 put back$/m);
    assert.deepEqual(await leftIn('/batches'), ['5', '6', '3', '4']);
  });

  it('are all run here', () => {
    const names = ['fan-out', 'shutdown'];
    assert.deepEqual(PageFiles.unused(names.map((name) => `docs/cookbook/${name}.md`)), []);
  });
});
