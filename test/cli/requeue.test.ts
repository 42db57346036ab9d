import assert from 'node:assert/strict';
import type { MessageQueue } from 'posix-mqueue';
import { PosixTransport } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { encodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { mqueue, printedBy, startMqueue } from '../support/command.js';
import { until } from '../support/code.js';
import { expectNoLeases } from '../support/leases.js';

type Found = [text: string, priority: number];

describe('mqueue requeue', function () {
  this.timeout(20_000);

  let dead: MessageQueue;
  let jobs: MessageQueue;

  beforeEach(() => {
    dead = temporaryQueue({ maxMessages: 6, maxMessageSize: 256 });
    jobs = temporaryQueue({ maxMessages: 6, maxMessageSize: 64 });
  });
  afterEach(() => {
    expectNoLeases(dead.name);
  });

  async function bury(text: string, priority = 0, from: string | null = jobs.name): Promise<void> {
    const why = { reason: 'attempts', from: from ?? undefined, attempts: 5, at: 1_795_588_682_000 };
    await dead.send(encodeDeadLetter(why, Buffer.from(text, 'latin1')), { priority });
  }
  function contents(queue: MessageQueue): Found[] {
    const found: Found[] = [];
    for (let next = queue.tryReceive(); next !== null; next = queue.tryReceive())
      found.push([next.data.toString('latin1'), next.priority]);
    return found;
  }

  it('sends each to where it came from, as it was, with its priority', async () => {
    await bury('\u0000\u00ff\n', 3);
    await bury('low');
    await bury('high', 9);
    const printed = await printedBy(['requeue', dead.name.slice(1)]);
    assert.deepEqual(contents(jobs), [
      ['high', 9],
      ['\u0000\u00ff\n', 3],
      ['low', 0],
    ]);
    assert.equal(dead.currentMessages, 0);
    const [first = ''] = printed.split('\n');
    assert.equal(
      first,
      `to ${jobs.name}: 4 bytes, priority 9, from ${jobs.name}, reason attempts, attempts 5, 2026-11-25T06:38:02.000Z`,
    );
  });

  it('sends them to another queue, and so many at most', async () => {
    const other = temporaryQueue({ maxMessages: 6, maxMessageSize: 64 });
    for (const each of ['a', 'b', 'c']) await bury(each, 0, '/mq-test-none');
    const printed = await printedBy(['requeue', dead.name, other.name, '--count', '2', '--json']);
    assert.deepEqual(contents(other), [
      ['a', 0],
      ['b', 0],
    ]);
    assert.equal(dead.currentMessages, 1);
    assert.deepEqual(JSON.parse(printed.split('\n')[0] ?? ''), {
      reason: 'attempts',
      from: '/mq-test-none',
      attempts: 5,
      at: 1_795_588_682_000,
      priority: 0,
      size: 1,
      to: other.name,
    });
  });

  it('with --dry-run changes nothing, not even their order', async () => {
    for (const each of ['a', 'b', 'c']) await bury(each, each === 'b' ? 7 : 1);
    await dead.send('no dead letter', { priority: 2 });
    const { code, stdout, stderr } = await mqueue(['requeue', '--dry-run', dead.name]);
    assert.equal(code, 1);
    assert.match(stderr, /left: .*MQ1.*\n3 would be sent, 1 left/s);
    assert.equal(stdout.toString().trimEnd().split('\n').length, 3);
    assert.deepEqual(
      contents(dead).map(([text, priority]) => [text.split('\n').at(-1), priority]),
      [
        ['b', 7],
        ['no dead letter', 2],
        ['a', 1],
        ['c', 1],
      ],
    );
    assert.equal(jobs.currentMessages, 0);
  });

  it('leaves what it cannot send, says why, and sends the others', async () => {
    const missing = temporaryName();
    await bury('of none', 5, missing);
    await bury('of nobody', 4, null);
    await bury('x'.repeat(65), 3);
    await dead.send('no dead letter', { priority: 2 });
    await bury('a');
    const { code, stderr } = await mqueue(['requeue', dead.name]);
    assert.equal(code, 1);
    assert.deepEqual(contents(jobs), [['a', 0]]);
    assert.deepEqual(
      contents(dead).map(([, priority]) => priority),
      [5, 4, 3, 2],
    );
    for (const text of [
      `left: there is no queue ${missing}. Make it with mqueue create`,
      'does not say which queue it came from. Name the one',
      `65 bytes is too large for queue '${jobs.name}'`,
      "does not begin with 'MQ1 '",
      'mqueue: 4 of 5 could not be sent',
    ]) {
      assert.ok(stderr.includes(text), `${text}: ${stderr}`);
    }
  });

  it('waits while the queue is full, and loses none by a signal', async () => {
    const small = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    for (const each of ['a', 'b', 'c']) await bury(each);
    const child = startMqueue(['requeue', dead.name, small.name]);
    await until(() => dead.currentMessages === 1, 'one in hand');
    child.kill('SIGINT');
    assert.equal((await child.end).signal, 'SIGINT');
    assert.deepEqual(contents(small), [['a', 0]]);
    assert.deepEqual(
      contents(dead)
        .map(([text]) => text.slice(-1))
        .toSorted(),
      ['b', 'c'],
    );
  });

  it('loses none by kill -9', async () => {
    const small = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    for (const each of ['a', 'b', 'c']) await bury(each, 4);
    const child = startMqueue(['requeue', dead.name, small.name]);
    await until(() => dead.currentMessages === 1, 'one in hand');
    child.kill('SIGKILL');
    await child.end;
    assert.deepEqual(contents(small), [['a', 4]]);
    await printedBy(['requeue', dead.name]);
    assert.deepEqual(contents(jobs), [
      ['b', 4],
      ['c', 4],
    ]);
  });

  it('loses none when nobody reads what it prints', async () => {
    for (const each of ['a', 'b', 'c']) await bury(each);
    const child = startMqueue(['requeue', dead.name], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.process.stdout?.destroy();
    await child.end;
    assert.equal(jobs.currentMessages + dead.currentMessages, 3);
  });

  it('refuses what it cannot do before it takes any', async () => {
    for (const [args, code, text] of [
      [[temporaryName()], 1, /there is no queue/],
      [[dead.name, dead.name], 2, /another queue/],
      [[dead.name, '--count', '0'], 2, /whole number/],
    ] as const) {
      const ended = await mqueue(['requeue', ...args]);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, text);
    }
  });

  describe('--given-up', () => {
    /** What a worker with redelivery does that has no queue for dead letters. */
    async function giveUp(text: string, priority: number): Promise<() => Promise<void>> {
      const receiver = await new PosixTransport().openReceiver(jobs.name, { redelivery: true });
      await jobs.send(text, { priority });
      await (await receiver.next()).nack({ requeue: false });
      return () => receiver.close();
    }

    afterEach(() => {
      expectNoLeases(jobs.name);
    });

    it('sends what workers have given up and kept', async () => {
      for (const [text, priority] of [
        ['a', 7],
        ['b', 0],
      ] as const) {
        const close = await giveUp(text, priority);
        await close();
      }
      const dry = await printedBy(['requeue', '--given-up', '--dry-run', jobs.name]);
      assert.equal(dry.trimEnd().split('\n').length, 2);
      assert.equal(jobs.currentMessages, 0);
      await printedBy(['requeue', '--given-up', jobs.name, '--count', '1']);
      assert.equal(jobs.currentMessages, 1);
      await printedBy(['requeue', '--given-up', jobs.name]);
      assert.deepEqual(contents(jobs), [
        ['a', 7],
        ['b', 0],
      ]);
    });

    it('leaves those of a living worker to that', async () => {
      const close = await giveUp('a', 7);
      const { code, stderr } = await mqueue(['requeue', '--given-up', jobs.name]);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`living worker has .*process ${process.pid}\\b`));
      await close();
      await printedBy(['requeue', '--given-up', jobs.name, dead.name]);
      assert.deepEqual(contents(dead), [['a', 7]]);
    });

    it('loses none where the queue is full, or gone', async () => {
      const close = await giveUp('a', 7);
      await close();
      const { code, stderr } = await mqueue(['requeue', '--given-up', jobs.name, temporaryName()]);
      assert.equal(code, 1);
      assert.match(stderr, /left: there is no queue/);
      const full = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
      await full.send('full');
      const child = startMqueue(['requeue', '--given-up', jobs.name, full.name, '--json']);
      await until(() => full.currentMessages === 1, 'a full queue');
      child.kill('SIGKILL');
      await child.end;
      await printedBy(['requeue', '--given-up', jobs.name]);
      assert.deepEqual(contents(jobs), [['a', 7]]);
    });
  });
});
