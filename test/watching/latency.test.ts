import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'posix-mqueue';
import { Host, Worker, type LatencyStats } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { Latency } from '#dist/base/latency.js';
import { now } from '#dist/base/timers.js';
import { until } from '../support/code.js';
import { RpcBench, transports } from '../support/rpc.js';

const NONE = { count: 0, min: 0, mean: 0, p50: 0, p99: 0, max: 0 };

/** Each began so long ago. */
function recorded(...milliseconds: number[]): LatencyStats {
  const latency = new Latency();
  for (const each of milliseconds) latency.record(now() - each);
  return latency.stats;
}

function isOrdered({ min, mean, p50, p99, max }: LatencyStats): boolean {
  return (
    min > 0 && min <= mean && mean <= max && min <= p50 * 1.01 && p50 <= p99 && p99 <= max * 1.01
  );
}

describe('a latency', () => {
  it('is 0 before the first', () => {
    assert.deepEqual(new Latency().stats, NONE);
  });

  it('is in milliseconds', () => {
    const { count, min, mean, p50, p99, max } = recorded(
      ...Array.from({ length: 98 }, () => 1000),
      500,
      3000,
    );
    assert.equal(count, 100);
    // What recording takes comes on top.
    for (const [value, least] of [
      [min, 500],
      [mean, 1015],
      [p50, 1000],
      [max, 3000],
    ] as const) {
      assert.ok(value >= least * 0.99 && value < least * 1.2, `${value} is not about ${least}`);
    }
    assert.ok(p99 < 1200, String(p99));
  });

  it('is a microsecond at least and an hour at most, whatever the clock says', () => {
    const { min, max } = recorded(-1000, 2 * 3_600_000);
    assert.equal(min, 0.001);
    assert.ok(Math.abs(max - 3_600_000) < 36_000, String(max));
  });
});

for (const [title, make] of transports) {
  describe(`the latency of RpcHost and RpcWorker over ${title}`, () => {
    let bench: RpcBench;

    beforeEach(() => {
      bench = new RpcBench(make());
    });
    afterEach(() => bench.close());

    it('is of what was answered, failures too', async () => {
      const worker = await bench.worker((value) => {
        if (value === 'bad') throw new Error('no');
        return value;
      });
      const host = bench.host();
      assert.deepEqual([host.stats().latency, worker.stats().latency], [NONE, NONE]);
      for (const each of [1, 2, 3]) await host.request(each);
      await assert.rejects(host.request('bad'));
      await host.notify(5);
      await until(() => worker.stats().latency.count === 5, 'all work done');
      const { latency, answered } = host.stats();
      assert.deepEqual([latency.count, answered], [4, 4]);
      assert.ok(isOrdered(latency), JSON.stringify(latency));
      assert.ok(isOrdered(worker.stats().latency));
    });

    it('is of several replies that of the last', async () => {
      await bench.worker(() => [1, 2, 3].values());
      const host = bench.host();
      await host.request(0);
      assert.equal(host.stats().latency.count, 1);
    });
  });
}

describe('the latency of Host and Worker', () => {
  it('is of sending, and of working', async () => {
    const transport = new MemoryTransport();
    const names = { requests: '/requests', responses: '/responses', codec: text, transport };
    const worker = new Worker(names, (request) => {
      if (request === 'bad') throw new Error('no');
      return request;
    });
    worker.on('failure', () => undefined);
    const running = worker.run();
    await once(worker, 'ready');
    const host = new Host(names);
    assert.deepEqual(host.stats(), { sent: 0, received: 0, latency: NONE });
    await host.send('a');
    await host.receive();
    await host.send('bad');
    await until(() => worker.stats().failed === 1, 'a failure');
    await worker.close();
    await running;
    const { sent, received, latency } = host.stats();
    assert.deepEqual([sent, received, latency.count], [2, 1, 2]);
    assert.ok(isOrdered(latency), JSON.stringify(latency));
    assert.equal(worker.stats().latency.count, 2);
    await host.close();
  });
});
