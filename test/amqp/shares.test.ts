import assert from 'node:assert/strict';
import { json } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost } from 'posix-mqueue/rpc';
import { temporaryName } from 'posix-mqueue/testing';
import { urls } from '../support/broker.js';
import { runFixture } from '../support/child.js';

const WORKERS = 10;
const REQUESTS = 1000;
const SHARE = REQUESTS / WORKERS;
/** Milliseconds that each request takes, none of which is the processor's: so the work is equal, whatever else runs here. */
const WORK = 60;

describe('ten workers on one queue', function () {
  this.timeout(60_000);

  it('get their share within 10 % where the work is equal', async () => {
    const name = temporaryName();
    const workers = Array.from({ length: WORKERS }, () => runFixture('amqp-shares', [name]));
    await Promise.all(workers.map((worker) => worker.printed('ready')));
    const transport = new AmqpTransport({ urls });
    const sizes = { maxMessages: 100, maxMessageSize: 256 };
    const host = new RpcHost({ requests: name, codec: json, transport, ...sizes });
    const shares = new Map<unknown, number>();
    // Each has one in hand and one next, and there are some for whoever is the first to be free.
    const asking = host.requestAll(Array<number>(REQUESTS).fill(WORK), {
      concurrency: WORKERS * 4,
    });
    await asking.forEach((pid) => {
      shares.set(pid, (shares.get(pid) ?? 0) + 1);
    });
    assert.deepEqual(new Set(shares.keys()), new Set(workers.map((worker) => worker.process.pid)));
    const counts = [...shares.values()].toSorted((one, other) => one - other);
    for (const count of counts) assert.ok(Math.abs(count - SHARE) <= SHARE / 10, counts.join());
    await host.close();
    for (const worker of workers) worker.kill('SIGTERM');
    await Promise.all(workers.map((worker) => worker.end));
    await transport.unlink(name);
    await transport.close();
  });
});
