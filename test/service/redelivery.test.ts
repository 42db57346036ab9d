import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { MessageQueue, text } from 'posix-mqueue';
import { Worker, type Adopted, type GaveUp, type WorkerOptions } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { codeOf } from '#dist/base/code-of.js';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { runFixture } from '../support/child.js';
import { unlinkQuietly, until } from '../support/code.js';
import { gate } from '../support/gate.js';
import { leaseFiles } from '../support/leases.js';
import { slowdown } from '../support/sanitizer.js';

const SIZES = { maxMessages: 4, maxMessageSize: 64 };

describe('Worker with redelivery', function () {
  this.timeout(20_000 * slowdown);

  let requests: string;
  let responses: string;
  let deadLetter: string;
  let toWorkers: MessageQueue;
  let fromWorkers: MessageQueue;

  beforeEach(() => {
    [requests, responses, deadLetter] = [temporaryName(), temporaryName(), temporaryName()];
    toWorkers = MessageQueue.open(requests, { ...SIZES, create: true });
    fromWorkers = MessageQueue.open(responses, { ...SIZES, create: true });
  });
  afterEach(async () => {
    await Promise.all([toWorkers.close(), fromWorkers.close()]);
    for (const name of [requests, responses, deadLetter]) unlinkQuietly(name);
    assert.deepEqual(leaseFiles(requests), []);
  });

  /** A worker that has died with all of these in hand. */
  async function killed(bodies: readonly string[], priority = 0): Promise<void> {
    for (const each of bodies) await toWorkers.send(each, { priority });
    await dieAgain();
  }

  /** A worker that takes what comes again, or is there, and dies with it. */
  async function dieAgain(): Promise<void> {
    const child = runFixture('leased', [requests, responses, 'begin']);
    assert.equal((await child.end).signal, 'SIGKILL');
  }

  async function working(
    options: Partial<WorkerOptions<typeof text>> = {},
    handler: (request: string) => unknown = (request) => request,
  ): Promise<{
    worker: Worker<typeof text>;
    adopted: Adopted[];
    gaveUp: GaveUp[];
    close: () => Promise<void>;
  }> {
    const worker = new Worker(
      { requests, responses, codec: text, ...SIZES, redelivery: true, ...options },
      handler as (request: string) => string,
    );
    const adopted: Adopted[] = [];
    const gaveUp: GaveUp[] = [];
    worker.on('adopted', (each) => adopted.push(each));
    worker.on('gaveUp', (each) => gaveUp.push(each));
    const ready = once(worker, 'ready');
    const running = worker.run();
    await ready;
    return {
      worker,
      adopted,
      gaveUp,
      async close() {
        await worker.close();
        await running;
      },
    };
  }

  it('works on what another had in hand when it was killed', async () => {
    await killed(['a'], 7);
    const attempts: number[] = [];
    const { worker, adopted, close } = await working();
    assert.equal((await fromWorkers.receive()).text(), 'a');
    attempts.push(...adopted.map((each) => each.attempts));
    assert.deepEqual(attempts, [1]);
    assert.deepEqual([adopted[0]?.message.text(), adopted[0]?.message.priority], ['a', 7]);
    await close();
    assert.deepEqual([worker.stats().adopted, worker.stats().gaveUp], [1, 0]);
  });

  it('does so while it runs, and is idle', async () => {
    const { close } = await working();
    await toWorkers.send('a');
    await fromWorkers.receive();
    const other = runFixture('leased', [requests, responses, 'begin'], {
      env: { ...process.env, POISON: 'b' },
    });
    await other.printed('ready');
    let alive = true;
    const end = other.end.finally(() => (alive = false));
    // Which of the two has the next is the kernel's affair, so there are more of them until the other has had one.
    const sent: string[] = [];
    const answered: string[] = [];
    while (alive) {
      sent.push(`b${sent.length}`);
      await toWorkers.send(sent.at(-1) as string);
      answered.push((await fromWorkers.receive()).text());
    }
    assert.equal((await end).signal, 'SIGKILL');
    assert.deepEqual(answered, sent);
    await close();
  });

  it('tells the handler how many have died with a request', async () => {
    await killed(['a']);
    let attempts = -1;
    const worker = new Worker(
      { requests, codec: text, ...SIZES, redelivery: true },
      (_request, context) => {
        attempts = context.attempts;
        void worker.close();
      },
    );
    await worker.run();
    assert.equal(attempts, 1);
  });

  it('buries what has killed as many as are allowed, unchanged', async () => {
    await killed(['\0poison\xff'], 9);
    await dieAgain();
    await toWorkers.send('b');
    const { worker, gaveUp, close } = await working({ maxAttempts: 2, deadLetter });
    assert.equal((await fromWorkers.receive()).text(), 'b');
    await close();
    assert.deepEqual(
      gaveUp.map(({ attempts, buried }) => [attempts, buried]),
      [[2, true]],
    );
    assert.deepEqual([worker.stats().received, worker.stats().gaveUp], [1, 1]);
    const queue = MessageQueue.open(deadLetter);
    assert.equal(queue.maxMessageSize, SIZES.maxMessageSize + 1024);
    const { data, priority } = await queue.receive();
    assert.equal(priority, 9);
    const { reason, from, attempts, original } = decodeDeadLetter(data);
    assert.deepEqual([reason, from, attempts], ['attempts', requests, 2]);
    assert.equal(original.toString(), '\0poison\xff');
    await queue.close();
  });

  it('allows five', async () => {
    await killed(['a']);
    for (let times = 1; times < 5; times += 1) await dieAgain();
    const { gaveUp, close } = await working({ deadLetter });
    await until(() => gaveUp.length > 0, 'a message given up');
    assert.equal(gaveUp[0]?.attempts, 5);
    await close();
  });

  it('keeps it where no queue for such is named, and nobody gets it again', async () => {
    await killed(['a']);
    const first = await working({ maxAttempts: 1 });
    await until(() => first.gaveUp.length > 0, 'a message given up');
    assert.deepEqual([first.gaveUp[0]?.buried, first.gaveUp[0]?.error], [false, undefined]);
    await first.close();
    const [file = ''] = leaseFiles(requests);
    const second = await working({ deadLetter });
    await toWorkers.send('b');
    assert.equal((await fromWorkers.receive()).text(), 'b');
    await second.close();
    assert.deepEqual([second.adopted, second.gaveUp], [[], []]);
    assert.ok(existsSync(file));
    rmSync(file);
  });

  it('warns of it where nobody listens', async () => {
    await killed(['a']);
    const warned = once(process, 'warning');
    const worker = new Worker(
      { requests, codec: text, ...SIZES, redelivery: true, maxAttempts: 1 },
      () => undefined,
    );
    const running = worker.run();
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, 'MQ_GAVE_UP');
    assert.ok(warning.message.includes(requests), warning.message);
    await worker.close();
    await running;
    for (const file of leaseFiles(requests)) rmSync(file);
  });

  it('keeps it, and says why, where it cannot be buried', async () => {
    const small = MessageQueue.open(deadLetter, {
      create: true,
      maxMessages: 1,
      maxMessageSize: 8,
    });
    await killed(['a']);
    const { gaveUp, close } = await working({ maxAttempts: 1, deadLetter });
    await until(() => gaveUp.length > 0, 'a message given up');
    assert.equal(gaveUp[0]?.buried, false);
    assert.equal((gaveUp[0].error as { code?: string }).code, 'EMSGSIZE');
    await close();
    assert.equal(leaseFiles(requests).length, 1);
    await small.close();
    for (const file of leaseFiles(requests)) rmSync(file);
  });

  it('works on those that may kill one at a time', async () => {
    const environment = { ...process.env, POISON: 'c', HOLD: '1', CONCURRENCY: '3' };
    const start = (): ReturnType<typeof runFixture> =>
      runFixture('leased', [requests, responses, 'end'], { env: environment });
    const first = start();
    await first.printed('ready');
    // The killer is the last to be taken, when the others are in hand.
    for (const each of ['a', 'b', 'c']) await toWorkers.send(each);
    assert.equal((await first.end).signal, 'SIGKILL');
    assert.equal((await start().end).signal, 'SIGKILL');
    let most = 0;
    let inHand = 0;
    const { adopted, close } = await working({ concurrency: 3 }, async (request) => {
      inHand += 1;
      most = Math.max(most, inHand);
      await new Promise((resolve) => setImmediate(resolve));
      inHand -= 1;
      return request;
    });
    await until(() => adopted.length === 3 && inHand === 0, 'what came again');
    await close();
    assert.equal(most, 1);
    while (fromWorkers.tryReceive() !== null);
  });

  const never = (): Promise<never> => new Promise(() => undefined);

  /** One with work in hand that has no end, told to end at once. */
  async function interrupted(
    options: Partial<WorkerOptions<typeof text>> = {},
    { work = never, meanwhile }: { work?: () => unknown; meanwhile?: () => Promise<unknown> } = {},
  ): Promise<{ worker: Worker<typeof text>; failures: unknown[] }> {
    const failures: unknown[] = [];
    const begun = gate();
    const { worker } = await working(options, () => {
      begun.open();
      return work();
    });
    worker.on('failure', ({ error }) => failures.push(codeOf(error)));
    await toWorkers.send('a', { priority: 7 });
    await begun.opened;
    await meanwhile?.();
    await worker.close({ timeout: 1 });
    return { worker, failures };
  }

  it('leaves what is not done when the time for that is over to another one, and calls it no failure', async () => {
    const { worker, failures } = await interrupted({ deadLetter, buryFailures: true });
    const { unfinished, failed, processed, latency } = worker.stats();
    assert.deepEqual([unfinished, failed, processed, latency.count, failures], [1, 0, 0, 0, []]);
    assert.throws(() => MessageQueue.open(deadLetter), { code: 'ENOENT' });
    const { adopted, close } = await working();
    assert.equal((await fromWorkers.receive()).text(), 'a');
    assert.deepEqual([adopted[0]?.attempts, adopted[0]?.message.priority], [1, 7]);
    await close();
  });

  it('does so though its queue is full', async () => {
    const others = ['b', 'c', 'd', 'e'];
    const { worker } = await interrupted(
      {},
      { meanwhile: () => Promise.all(others.map((each) => toWorkers.send(each))) },
    );
    assert.equal(worker.stats().unfinished, 1);
    const { close } = await working();
    const answered: string[] = [];
    while (answered.length < 5) answered.push((await fromWorkers.receive()).text());
    assert.deepEqual(answered.toSorted(), ['a', ...others]);
    await close();
  });

  it('gives up what no worker has had the time for', async () => {
    await interrupted();
    const { gaveUp, close } = await working({ maxAttempts: 1, deadLetter });
    await until(() => gaveUp.length > 0, 'a message given up');
    assert.deepEqual([gaveUp[0]?.attempts, gaveUp[0]?.buried], [1, true]);
    await close();
  });

  it('does not leave what is answered in part: that would be answered twice', async () => {
    const { worker, failures } = await interrupted(
      {},
      {
        async *work() {
          yield 'one';
          yield await never();
        },
        meanwhile: async () => fromWorkers.receive(),
      },
    );
    assert.deepEqual([worker.stats().unfinished, failures], [0, ['ABORT_ERR']]);
    assert.deepEqual(leaseFiles(requests), []);
  });

  it('does not leave the request of a host that is gone to the one that has its names', async () => {
    const made: MessageQueue[] = [];
    const options = { redelivery: true, requests, responses, codec: text, ...SIZES };
    const begun = gate();
    const worker = new Worker(options, () => {
      begun.open();
      return never();
    });
    worker.on('failure', () => undefined);
    const reopened = new Promise((resolve) => {
      worker.on('reopened', (name) => {
        if (name === responses) resolve(name);
      });
    });
    const running = worker.run();
    await toWorkers.send('a');
    await begun.opened;
    for (const name of [requests, responses]) {
      MessageQueue.unlink(name);
      made.push(MessageQueue.open(name, { ...SIZES, create: true }));
    }
    await reopened;
    await worker.close({ timeout: 1 });
    await running;
    assert.deepEqual([worker.stats().unfinished, worker.stats().failed], [0, 1]);
    await Promise.all(made.map((queue) => queue.close()));
  });

  it('leaves nothing without it: then it is a failure', async () => {
    const { worker, failures } = await interrupted({ redelivery: false });
    assert.deepEqual([worker.stats().unfinished, worker.stats().failed], [0, 1]);
    assert.deepEqual(failures, ['ABORT_ERR']);
    assert.equal(toWorkers.currentMessages, 0);
  });

  it('is refused by a transport that cannot do it, before anything is taken', async () => {
    const transport = new MemoryTransport();
    const options = { requests: '/a', transport, redelivery: true };
    const worker = new Worker(options, () => undefined);
    await assert.rejects(worker.run(), { code: 'ERR_MQ_UNSUPPORTED', queue: '/a' });
  });

  for (const [what, options, code] of [
    ['a number as redelivery', { redelivery: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['no attempts', { maxAttempts: 0 }, 'ERR_OUT_OF_RANGE'],
    ['its own queue as dead letters', { deadLetter: '/a' }, 'ERR_INVALID_ARG_VALUE'],
    ['a name that no queue has', { deadLetter: 'a' }, 'EINVAL'],
  ] as const) {
    it(`is not made with ${what}`, () => {
      assert.throws(() => new Worker({ requests: '/a', ...(options as object) }, () => undefined), {
        code,
      });
    });
  }
});
