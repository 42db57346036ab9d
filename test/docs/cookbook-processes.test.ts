import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import type { Child } from '../support/child.js';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';
import { ALL, endsWell, leftIn, recipe, WAITS, withoutSanitizer } from '../support/recipe.js';

describe('the cookbook: processes', function () {
  this.timeout(60_000);
  before(withoutSanitizer);
  it('fan-out: a process that is killed loses no job', async () => {
    const files = recipe('fan-out');
    for (const name of ['job-worker.mjs', 'pool.mjs', 'terminal-1', 'terminal-2']) files.use(name);
    const pool = files.terminal('terminal-1');
    await pool.shown(WAITS);
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
    const files = recipe('shutdown');
    for (const name of ['worker.mjs', 'terminal-1', 'terminal-2']) files.use(name);
    const worker = files.terminal('terminal-1');
    await worker.shown(WAITS);
    const sent = files.terminal('terminal-2');
    await worker.printed('begins 2');
    worker.kill('SIGTERM');
    assert.equal(`${await endsWell(worker)}\n`, files.text('printed'));
    await endsWell(sent);
    assert.deepEqual(await leftIn('/work'), ['3', '4']);
  });

  it('shutdown: what is in hand at kill -9 comes again', async () => {
    const files = recipe('shutdown');
    const killed = files.run(files.use('worker.mjs'));
    await killed.shown(WAITS);
    const sent = files.terminal('terminal-2');
    await killed.printed('begins 2');
    killed.kill('SIGTERM');
    killed.kill('SIGKILL');
    const { stdout } = await killed.end;
    const next = files.run(files.use('worker.mjs'));
    for (const job of ['done 1', 'done 2', 'done 3', 'done 4']) {
      if (!stdout.includes(job)) await next.printed(job);
    }
    await endsWell(sent);
    next.kill('SIGTERM');
    await endsWell(next);
  });

  it('shutdown: a loop puts back what it has not begun', async () => {
    const files = recipe('shutdown');
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

  it('dead-letters: are told why, and sent again when the cause is gone', async () => {
    const files = recipe('dead-letters');
    for (const name of ['mailer.mjs', 'terminal-1', 'terminal-2']) files.use(name);
    const printed = files.text('printed').trimEnd();
    const first = files.terminal('terminal-1');
    await first.shown(WAITS);
    await endsWell(files.terminal('terminal-2'));
    await first.shown(/^failed: /m);
    first.kill('SIGINT');
    assert.equal(await endsWell(first), printed);
    assert.match(
      (await files.terminal('terminal-3').end).stdout,
      /^to .*: 12 bytes, .* reason failed, /,
    );
    const second = files.terminal('terminal-1', (text) => `export LENIENT=1\n${text}`);
    await second.shown(WAITS);
    await files.terminal('terminal-4').end;
    await second.printed('sent to bob');
    second.kill('SIGINT');
    await endsWell(second);
  });

  it('dead-letters: what kills each process is given up', async () => {
    const files = recipe('dead-letters');
    const queue = MessageQueue.open(ownName('/mail'), { create: true, maxMessageSize: 512 });
    await queue.send('{"to":"crash"}');
    await queue.close();
    for (let killed = 0; killed < 3; killed += 1) {
      assert.equal((await files.run(files.use('mailer.mjs')).end).signal, 'SIGABRT');
    }
    const last = files.run(files.use('mailer.mjs'));
    await last.printed('given up: 3 processes died of it');
    last.kill('SIGTERM');
    await endsWell(last);
    const [letter = ''] = await leftIn('/mail_dead');
    assert.match(letter, /"reason":"attempts".*\n{"to":"crash"}$/);
  });

  it('restart: every line comes, whoever is killed', async () => {
    const files = recipe('restart');
    for (const name of ['import.mjs', 'consume.mjs', 'terminal-2']) files.use(name);
    const begin = (): Child => files.terminal('terminal-1');
    const consumers = [files.terminal('terminal-2')];
    const sender = begin();
    await consumers[0]?.shown(/^60: 60$/m);
    sender.kill('SIGKILL');
    await sender.end;
    const next = begin();
    await next.shown(/^Sending, from line (?!1$)\d+$/m);
    await consumers[0]?.shown(/^150: 150$/m);
    consumers[0]?.kill('SIGKILL');
    consumers.push(files.terminal('terminal-2'));
    await endsWell(next);
    await consumers[1]?.printed('300: 300');
    consumers[1]?.kill('SIGTERM');
    const ends = await Promise.all(consumers.map((consumer) => consumer.end));
    const lines = ends.flatMap(({ stdout }) => stdout.split('\n'));
    const numbers = Array.from({ length: 300 }, (_, index) => `${index + 1}: ${index + 1}`);
    assert.deepEqual([...new Set(lines)], numbers);
  });

  it('threads: events of a thread are emitted in the main one', async () => {
    const files = recipe('threads');
    for (const name of ['events.mjs', 'main.mjs', 'counter.mjs']) files.use(name);
    assert.equal(`${await endsWell(files.terminal('terminal-1'))}\n`, files.text('printed'));
  });

  it('are all run here', () => {
    assert.deepEqual(PageFiles.unused(ALL.processes), []);
  });
});
