import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { raw } from 'posix-mqueue';
import { RpcHost } from 'posix-mqueue/rpc';
import { temporaryQueue } from 'posix-mqueue/testing';
import { runFixture, type Child } from '../support/child.js';
import { leaseFiles } from '../support/leases.js';
import { faultRuns } from '../support/ledger.js';
import { slowdown } from '../support/sanitizer.js';
import { bodies } from '../support/spill.js';

const SIZE = 10 * 2 ** 20;
const IN_FLIGHT = 2;

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

describe('large bodies whose workers are killed', function () {
  const runs = faultRuns(3);
  this.timeout((60_000 + runs * 20_000) * slowdown);

  it(`${runs} times 10 MiB go through messages of 512 bytes and back, and nothing is left`, async () => {
    const requests = temporaryQueue({ maxMessages: 2, maxMessageSize: 512 });
    const start = async (): Promise<Child> => {
      const child = runFixture('rpc-spills', ['worker', requests.name]);
      await child.printed('ready');
      return child;
    };
    const workers = [await start(), await start()];
    const host = new RpcHost({ requests: requests.name, codec: raw, spill: true });
    let unharmed = 0;
    let left = runs;
    const lane = async (): Promise<void> => {
      while ((left -= 1) >= 0) {
        const body = randomBytes(SIZE);
        const reply = await host.request(body, { timeout: 120_000 });
        assert.deepEqual(reply.subarray(0, 32), sha256(body));
        assert.deepEqual(sha256(reply.subarray(32)), sha256(Buffer.from(body).reverse()));
        unharmed += 1;
      }
    };
    let done = false;
    const asking = Promise.all(Array.from({ length: IN_FLIGHT }, lane)).finally(() => {
      done = true;
    });
    asking.catch(() => undefined);
    let killed = 0;
    while (!done) {
      workers.push(await start());
      workers.shift()?.kill('SIGKILL');
      killed += 1;
    }
    await asking;
    // It finds what those have left that were killed.
    workers.push(await start());
    for (const worker of workers) {
      worker.kill('SIGTERM');
      assert.equal((await worker.end).code, 0);
    }
    await host.close();
    assert.equal(unharmed, runs);
    assert.ok(killed >= 1, String(killed));
    assert.deepEqual([requests.currentMessages, bodies(), leaseFiles(requests.name)], [0, [], []]);
    if (process.env['FAULT_RUNS'] !== undefined)
      console.log(JSON.stringify({ unharmed, killed, ...host.stats() }));
  });
});
