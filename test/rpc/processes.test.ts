import assert from 'node:assert/strict';
import { json, MessageQueue } from 'posix-mqueue';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { until } from '../support/code.js';
import { leaseFiles } from '../support/leases.js';
import { isEmulated } from '../support/machine.js';
import { slowdown } from '../support/sanitizer.js';

interface Answered {
  readonly answered: number;
  readonly wrong: number;
  readonly late: number;
  readonly open: number;
  readonly invalid: number;
}

const HOSTS = 4;
const WORKERS = 6;
/** While all is answered, for which an emulated worker hardly begins in time. */
const LEAST_KILLED = isEmulated ? 1 : 3;
// 2,000 take half a minute.
const TASKS = process.env['FAULT_RUNS'] === undefined ? 400 : 2000;

describe('many hosts and workers of one queue', function () {
  this.timeout(120_000 * slowdown);

  async function worker(requests: MessageQueue, ...options: string[]): Promise<Child> {
    const child = runFixture('rpc-answers', [requests.name, ...options]);
    await child.printed('ready');
    return child;
  }

  async function answersOf(host: Child): Promise<Answered> {
    const { code, stdout, stderr } = await host.end;
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout) as Answered;
  }

  it('each of 4 host processes gets the answers to its own requests from 6 worker processes', async () => {
    const requests = temporaryQueue({ maxMessages: 4, maxMessageSize: 256 });
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => worker(requests)));
    const hosts = Array.from({ length: HOSTS }, () =>
      runFixture('rpc-asks', [requests.name, '500', '8']),
    );
    for (const host of hosts) {
      const { answered, wrong, late, open, invalid } = await answersOf(host);
      assert.deepEqual([answered, wrong, late, open, invalid], [500, 0, 0, 0, 0]);
    }
    assert.equal(requests.currentMessages, 0);
    let processed = 0;
    for (const child of workers) {
      child.kill('SIGTERM');
      const { stdout } = await child.end;
      const stats = JSON.parse(stdout.split('\n').at(-1) ?? '') as Record<string, number>;
      processed += stats['processed'] ?? 0;
      assert.deepEqual([stats['gone'], stats['failed'], stats['invalid']], [0, 0, 0]);
    }
    assert.equal(processed, HOSTS * 500);
  });

  it('with retries each request is answered once to its caller though workers are killed', async () => {
    const requests = temporaryQueue({ maxMessages: 4, maxMessageSize: 256 });
    const workers = await Promise.all(
      Array.from({ length: WORKERS }, () => worker(requests, '20')),
    );
    const hosts = Array.from({ length: HOSTS }, () =>
      runFixture('rpc-asks', [requests.name, '400', '4', '300']),
    );
    const ends = Promise.all(hosts.map(answersOf));
    let done = false;
    void ends.finally(() => (done = true)).catch(() => undefined);
    let killed = 0;
    while (!done) {
      workers.push(await worker(requests, '20'));
      workers.shift()?.kill('SIGKILL');
      killed += 1;
    }
    for (const { answered, wrong, open } of await ends) {
      assert.deepEqual([answered, wrong, open], [400, 0, 0]);
    }
    assert.ok(killed >= LEAST_KILLED, String(killed));
  });

  it('with redelivery each request is answered once though a worker is killed every 200 ms', async () => {
    const requests = temporaryQueue({ maxMessages: 4, maxMessageSize: 256 });
    const count = TASKS / HOSTS;
    const start = (): Promise<Child> => worker(requests, '5', 'redelivery');
    const workers = await Promise.all(Array.from({ length: WORKERS }, start));
    const hosts = Array.from({ length: HOSTS }, () =>
      runFixture('rpc-asks', [requests.name, String(count), '4']),
    );
    const coming = new Set<Promise<unknown>>();
    let killed = 0;
    const killer = setInterval(() => {
      // Two are left to go on while the others begin, which takes longer than that on a busy machine.
      if (workers.length < 3) return;
      workers.shift()?.kill('SIGKILL');
      killed += 1;
      const next = start().then((child) => workers.push(child));
      coming.add(next);
    }, 200);
    const answers = await Promise.all(hosts.map(answersOf)).finally(() => clearInterval(killer));
    await Promise.all(coming);
    for (const { answered, wrong, open } of answers) {
      assert.deepEqual([answered, wrong, open], [count, 0, 0]);
    }
    for (const child of workers) {
      child.kill('SIGTERM');
      assert.deepEqual([(await child.end).code, (await child.end).stderr], [0, '']);
    }
    assert.ok(killed >= 3, String(killed));
    assert.equal(requests.currentMessages, 0);
    assert.deepEqual(leaseFiles(requests.name), []);
  });

  it('both queues full, depth 1, 8 requests in flight: no deadlock', async () => {
    const requests = temporaryQueue({ maxMessages: 1, maxMessageSize: 256 });
    const names = { requests: requests.name, codec: json<number>() };
    const worker = new RpcWorker({ ...names, concurrency: 8 }, (value) => value + 1);
    void worker.run();
    const host = new RpcHost({ ...names, replies: { maxMessages: 1 } });
    const count = slowdown > 1 ? 1000 : 10_000;
    let next = 0;
    let right = 0;
    const lane = async (): Promise<void> => {
      while (next < count) {
        const value = (next += 1);
        if ((await host.request(value)) === value + 1) right += 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    assert.equal(right, count);
    const { late, invalid, open } = host.stats();
    assert.deepEqual([late, invalid, open], [0, 0, 0]);
    await until(() => worker.stats().processed === count, 'all requests processed');
    assert.equal(worker.stats().gone, 0);
    await host.close();
    await worker.close();
    assert.equal(requests.currentMessages, 0);
  });
});
