import assert from 'node:assert/strict';
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageQueue, MessageQueueError, raw } from 'posix-mqueue';
import {
  PosixTransport,
  RpcError,
  RpcHost,
  type ProcessOperation,
  type RequestOperation,
} from 'posix-mqueue/rpc';
import { toArray, lastValueFrom } from 'rxjs';
import { decodeRequest } from '#dist/rpc/envelope/request.js';
import { errorLike, until } from '../support/code.js';
import { runFixture } from '../support/child.js';
import { listen } from '../support/operations.js';
import { RpcBench, SIZES, transports } from '../support/rpc.js';
import { bodies, FOLDER } from '../support/spill.js';

const LARGE = 'x'.repeat(100_000);
const echo = (value: unknown): unknown => value;

// Where messages carry properties they may go to another machine.
const local = transports.filter(([, make]) => !make().capabilities.properties);

for (const [name, make] of local) {
  describe(`spill, ${name}`, () => {
    let bench: RpcBench;

    beforeEach(() => {
      bench = new RpcBench(make());
    });
    afterEach(async () => {
      await bench.close();
      assert.deepEqual(bodies(), []);
    });

    it('has bodies go through shared memory that are too large for a message, both ways', async () => {
      await bench.worker(echo, { spill: true });
      const host = bench.host({ spill: true });
      for (const value of [LARGE, 'small', LARGE.repeat(20)]) {
        assert.equal(await host.request(value), value);
      }
      // The lock is all that is left.
      assert.deepEqual(bodies().length, 1);
    });

    it('keeps the order of several replies, large and small', async () => {
      const values = [LARGE, 'a', 'b', `${LARGE}2`, 'c'];
      await bench.worker(() => values.values(), { spill: true });
      const host = bench.host({ spill: true });
      assert.deepEqual(await lastValueFrom(host.requestMany(1).pipe(toArray())), values);
    });

    it('has the data of an error go there too', async () => {
      await bench.worker(
        (data: string) => {
          throw new RpcError('E_DATA', 'large', { data });
        },
        { spill: true },
      );
      const host = bench.host({ spill: true });
      const error = await host.request(LARGE).catch((each: unknown) => each);
      assert.ok(error instanceof RpcError);
      assert.deepEqual([error.code, error.message, error.data], ['E_DATA', 'large', LARGE]);
    });

    it('a host without it is told what to do', async () => {
      await bench.worker(echo, { spill: true });
      const host = bench.host();
      const tooLarge = errorLike(
        MessageQueueError,
        { code: 'EMSGSIZE' },
        /100002 bytes.*'spill: true'/,
      );
      await assert.rejects(host.request(LARGE), tooLarge);
    });

    it('a notification is not spilled, and says why', async () => {
      const host = bench.host({ spill: true });
      const tooLarge = errorLike(
        MessageQueueError,
        { code: 'EMSGSIZE' },
        /notifications.*a request/,
      );
      await assert.rejects(host.notify(LARGE), tooLarge);
    });

    it('no reply is spilled for a host that does not look there', async () => {
      await bench.worker(() => LARGE, { spill: true });
      const tooLarge = errorLike(RpcError, { code: 'EMSGSIZE' }, /'spill: true'/);
      await assert.rejects(bench.host().request(1), tooLarge);
    });

    it('a worker without it tells so, and what to do', async () => {
      await bench.worker(() => LARGE);
      const host = bench.host({ spill: true });
      await assert.rejects(
        host.request(LARGE),
        errorLike(RpcError, { code: 'ERR_MQ_SPILL' }, /spill: true/),
      );
      await assert.rejects(
        host.request(1),
        errorLike(RpcError, { code: 'EMSGSIZE' }, /spill: true/),
      );
    });

    it('a receiver reads no body over maxBodySize', async () => {
      await bench.worker((value) => (value === 1 ? LARGE : value), {
        spill: true,
        maxBodySize: 99_999,
      });
      const host = bench.host({ spill: true, maxBodySize: 100_001 });
      await assert.rejects(
        host.request(LARGE),
        errorLike(RpcError, { code: 'EMSGSIZE' }, /maxBodySize/),
      );
      const tooLarge = errorLike(
        MessageQueueError,
        { code: 'EMSGSIZE' },
        /100002 bytes.*100001.*maxBodySize/,
      );
      await assert.rejects(host.request(1), tooLarge);
    });

    it('remembers no reply that is gone by being read', async () => {
      let calls = 0;
      await bench.worker(() => `${(calls += 1)}${LARGE}`, { spill: true, deduplicate: 5 });
      const host = bench.host({ spill: true });
      assert.deepEqual([await host.request(1), await host.request(1)], [`1${LARGE}`, `2${LARGE}`]);
    });

    it('a request that is given up leaves nothing', async () => {
      await bench.worker(() => new Promise(() => undefined), { spill: true });
      const host = bench.host({ spill: true });
      await assert.rejects(host.request(LARGE, { timeout: 50 }), { code: 'ETIMEDOUT' });
      assert.equal(bodies().length, 1);
      const aborted = AbortSignal.abort();
      await assert.rejects(host.request(LARGE, { signal: aborted }), { code: 'ABORT_ERR' });
      const giveUp = new AbortController();
      const asked = host.request(LARGE, { signal: giveUp.signal });
      giveUp.abort();
      await assert.rejects(asked, { code: 'ABORT_ERR' });
      await until(() => bodies().length === 1, 'no body');
    });

    it('goes on with its trace, and both sides are told its size', async () => {
      const requested = listen<RequestOperation>('request', (operation) => {
        [operation.traceparent, operation.tracestate] = ['00-one', 'a=b'];
      });
      const processed = listen<ProcessOperation>('process');
      try {
        await bench.worker(echo, { spill: true });
        assert.equal(await bench.host({ spill: true }).request(LARGE), LARGE);
      } finally {
        for (const told of [requested, processed]) told.stop();
      }
      const size = LARGE.length + 2;
      const seen = { size, traceparent: '00-one', tracestate: 'a=b' };
      for (const [told] of [requested.operations, processed.atStart]) {
        const { size: bytes, traceparent, tracestate } = told as ProcessOperation;
        assert.deepEqual({ size: bytes, traceparent, tracestate }, seen);
      }
    });

    it('leaves out a trace that there is no room for beside the name of its file', async () => {
      // With it the header alone would be longer than a message.
      const requested = listen<RequestOperation>('request', (operation) => {
        [operation.traceparent, operation.tracestate] = ['00-one', 'x'.repeat(300)];
      });
      const processed = listen<ProcessOperation>('process');
      try {
        await bench.worker(echo, { spill: true });
        const host = bench.host({ spill: true });
        for (const body of [LARGE, 'x'.repeat(400)]) assert.equal(await host.request(body), body);
      } finally {
        for (const told of [requested, processed]) told.stop();
      }
      const traces = processed.operations.map((told) => [told.traceparent, told.tracestate]);
      assert.deepEqual(traces, [
        ['00-one', undefined],
        ['00-one', undefined],
      ]);
    });

    it('is sent again with the same file', async () => {
      let calls = 0;
      await bench.worker((value) => ((calls += 1) < 3 ? new Promise(() => undefined) : value), {
        spill: true,
        concurrency: 3,
      });
      const host = bench.host({ spill: true });
      const options = { attemptTimeout: 20, retries: 5, timeout: 20_000 };
      assert.equal(await host.request(LARGE, options), LARGE);
    });
  });
}

describe('files of spilled bodies', () => {
  let bench: RpcBench;

  beforeEach(() => {
    bench = new RpcBench(new PosixTransport());
  });
  afterEach(async () => {
    await bench.close();
    assert.deepEqual(bodies(), []);
  });

  /** What the host has sent, without a worker. */
  async function sent(host: RpcHost<never>): Promise<{ name: string; asked: Promise<unknown> }> {
    const asked = (host as unknown as RpcHost).request(Buffer.from(LARGE));
    asked.catch(() => undefined);
    const queue = await MessageQueue.waitFor(bench.requests);
    const message = await queue.receive();
    await queue.send(message);
    await queue.close();
    const { spill } = decodeRequest(message.data);
    return { name: spill?.name ?? '', asked };
  }

  const hostOf = (): RpcHost<never> =>
    new RpcHost({ requests: bench.requests, codec: raw, ...SIZES, spill: true });

  it("are this user's alone", async () => {
    const host = hostOf();
    const { name } = await sent(host);
    const file = join(FOLDER, `body-${name}`);
    assert.deepEqual([statSync(file).mode & 0o777, statSync(file).size], [0o600, LARGE.length]);
    await host.close();
    assert.throws(() => statSync(file), { code: 'ENOENT' });
  });

  for (const [how, damage] of [
    ['has other bytes', (file: string) => writeFileSync(file, 'y'.repeat(LARGE.length))],
    ['is shorter', (file: string) => truncateSync(file, 5)],
  ] as const) {
    it(`one that ${how} is refused`, async () => {
      const host = hostOf();
      const { name, asked } = await sent(host);
      damage(join(FOLDER, `body-${name}`));
      await bench.worker(echo, { spill: true });
      await assert.rejects(asked, errorLike(RpcError, { code: 'ERR_MQ_SPILL' }));
      await host.close();
    });
  }

  it('those of a host that was killed go', async () => {
    const child = runFixture('rpc-spills', ['host', bench.requests]);
    await until(() => bodies().length === 2, 'a lock and a body');
    const left = bodies();
    child.kill('SIGKILL');
    await child.end;
    const other = hostOf();
    await other.open();
    assert.deepEqual(
      bodies().filter((file) => left.includes(file)),
      [],
    );
    await other.close();
  });

  for (const end of ['SIGTERM', 'exit'] as const) {
    it(`those of a host that ends by ${end} go with it`, async () => {
      const child = runFixture('rpc-spills', ['host', bench.requests]);
      await until(() => bodies().length === 2, 'a lock and a body');
      if (end === 'exit') child.write('exit\n');
      else child.kill(end);
      await child.end;
      assert.deepEqual(bodies(), []);
    });
  }

  it('replies that nobody takes go', async () => {
    const worker = await bench.worker(() => LARGE, { spill: true });
    const host = bench.host({ spill: true });
    // A worker that died between writing and sending leaves such a file.
    const asked = host.request(1);
    await until(() => bodies().length > 0, 'a lock');
    const word = (bodies()[0] ?? '').slice('body-'.length, 'body-'.length + 24);
    writeFileSync(join(FOLDER, `body-${word}-1-left`), 'x');
    assert.equal(await asked, LARGE);
    await until(() => readdirSync(FOLDER).every((file) => !file.endsWith('-left')), 'none left');
    await worker.close();
  });

  it('a name that leads elsewhere is no request', async () => {
    for (const name of ['../x', 'a/b', 'x', `${'a'.repeat(24)}.lock`, `${'a'.repeat(24)}-1/x`]) {
      const spill = { name, size: 1, sha256: '0'.repeat(64) };
      const bytes = Buffer.from(`MQ1 ${JSON.stringify({ spill })}\n\n`);
      assert.throws(() => decodeRequest(bytes), { code: 'ERR_MQ_ENVELOPE', reason: 'spill' });
    }
  });
});
