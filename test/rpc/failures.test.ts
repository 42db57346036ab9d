import assert from 'node:assert/strict';
import { InvalidMessageError } from 'posix-mqueue';
import { RpcError, type RpcFailure } from 'posix-mqueue/rpc';
import { errorLike, until } from '../support/code.js';
import { overTransports, Refused } from '../support/rpc.js';

overTransports('RpcHost and RpcWorker that fail', (bench) => {
  it('tells the host what a handler throws, and not its stack', async () => {
    const worker = await bench().worker({
      own: () => {
        throw new Refused('no');
      },
      plain: async () => Promise.reject(new TypeError('plain')),
      data: () => {
        throw new RpcError('E_DATA', 'with data', { data: { at: [1] } });
      },
      word: () => {
        // oxlint-disable-next-line no-throw-literal -- a handler may
        throw 'a word';
      },
      bad: () => {
        throw Object.assign(new Error('x'), { code: 'no word' });
      },
    });
    const failures: RpcFailure[] = [];
    worker.on('failure', (failure) => failures.push(failure));
    const host = bench().host();
    const told = async (method: string): Promise<unknown[]> => {
      const error = (await host.request(0, { method }).catch((e: unknown) => e)) as RpcError;
      assert.ok(error instanceof RpcError);
      return [error.code, error.message, error.data];
    };
    assert.deepEqual(await told('own'), ['E_OWN', 'no', undefined]);
    assert.deepEqual(await told('plain'), ['ERR_MQ_HANDLER', 'plain', undefined]);
    assert.deepEqual(await told('data'), ['E_DATA', 'with data', { at: [1] }]);
    assert.deepEqual(await told('word'), ['ERR_MQ_HANDLER', 'a word', undefined]);
    assert.deepEqual(await told('bad'), ['ERR_MQ_HANDLER', 'x', undefined]);
    assert.equal((await told('missing'))[0], 'ERR_MQ_METHOD');
    assert.equal((await told('constructor'))[0], 'ERR_MQ_METHOD');
    assert.equal((await told('__proto__'))[0], 'ERR_MQ_METHOD');
    await until(() => failures.length === 8, 'eight failures');
    assert.deepEqual([worker.stats().failed, worker.stats().processed], [8, 0]);
    assert.deepEqual([failures[0]?.method, failures[0]?.told], ['own', true]);
    assert.equal(host.stats().failed, 8);
  });

  it('tells the stack, and who it was, where that is asked for', async () => {
    await bench().worker(
      () => {
        throw new Error('no');
      },
      { stacks: true, by: 'worker-1' },
    );
    const error = (await bench()
      .host()
      .request(0)
      .catch((e: unknown) => e)) as RpcError;
    assert.match((error.data as { stack: string }).stack, /Error: no\n.*failures\.test/s);
    assert.equal(error.by, 'worker-1');
  });

  it('tells as much of an error as fits', async () => {
    await bench().worker(({ text, data }: { text: string; data: string }) => {
      throw new RpcError('E_LONG', text, { data });
    });
    const host = bench().host({ maxMessageSize: 512 });
    const told = async (text: string, data: string): Promise<RpcError> =>
      (await host.request({ text, data }).catch((e: unknown) => e)) as RpcError;
    const first = await told('x', 'y'.repeat(300));
    assert.deepEqual([first.message, first.data], ['x', 'y'.repeat(300)]);
    // What goes beside the body needs no room in it.
    if (bench().transport.capabilities.properties) return;
    const small = bench().host({ replies: { maxMessageSize: 128 } });
    const short = (await small
      .request({ text: 'x'.repeat(200), data: 'y' })
      .catch((e: unknown) => e)) as RpcError;
    assert.deepEqual([short.code, short.data], ['E_LONG', undefined]);
    assert.match(short.message, /^x{20,61}\.\.\.$/);
    const tiny = bench().host({ replies: { maxMessageSize: 60 } });
    const least = (await tiny
      .request({ text: 'x'.repeat(200), data: 'y' })
      .catch((e: unknown) => e)) as RpcError;
    assert.deepEqual([least.code, least.message], ['E_LONG', '']);
  });

  it('tells data for which the header has no room as the body of the reply', async () => {
    await bench().worker(
      (data: unknown) => {
        throw new RpcError('E_DATA', 'x'.repeat(500), { data });
      },
      { maxMessageSize: 4096 },
    );
    const host = bench().host({ maxMessageSize: 4096 });
    const told = async (data: unknown): Promise<RpcError> =>
      (await host.request(data).catch((e: unknown) => e)) as RpcError;
    for (const data of ['y'.repeat(2000), { a: [null, 'ä'.repeat(900)] }]) {
      const { code, message, data: received } = await told(data);
      assert.deepEqual([code, message, received], ['E_DATA', 'x'.repeat(500), data]);
    }
    const small = bench().host({ maxMessageSize: 4096, replies: { maxMessageSize: 1024 } });
    const least = await small.request('y'.repeat(2000)).catch((e: unknown) => e);
    assert.deepEqual([(least as RpcError).code, (least as RpcError).data], ['E_DATA', undefined]);
  });

  it('tells that a reply is too large', async () => {
    await bench().worker(() => 'x'.repeat(600));
    await assert.rejects(bench().host().request(0), errorLike(RpcError, { code: 'EMSGSIZE' }));
  });

  it('tells that a reply cannot be encoded, and that a body cannot be decoded', async () => {
    await bench().worker(() => 1n);
    await assert.rejects(bench().host().request(0), errorLike(RpcError, { code: 'ERR_MQ_ENCODE' }));
    const raw = { encode: (): Buffer => Buffer.from('{'), decode: (data: Buffer) => data };
    const host = bench().host({ codec: raw as never });
    const invalid = { code: 'ERR_MQ_INVALID_MESSAGE' };
    await assert.rejects(host.request(0), errorLike(RpcError, invalid, /body of the request/));
  });

  it('rejects where the host cannot decode, encode or send', async () => {
    await bench().worker(() => 1);
    const picky = {
      encode: (value: unknown): Buffer => {
        if (value === 'bad') throw new Error('no');
        return Buffer.from(String(value));
      },
      decode: () => {
        throw new Error('no');
      },
    };
    const host = bench().host({ codec: picky as never });
    await assert.rejects(host.request(1), errorLike(InvalidMessageError, {}));
    await assert.rejects(host.request('bad'), { code: 'ERR_MQ_ENCODE' });
    await assert.rejects(host.request('x'.repeat(600)), { code: 'EMSGSIZE' });
    const meta = bench().transport.capabilities.properties
      ? { ['k'.repeat(65)]: 'too long a name' }
      : { long: 'x'.repeat(1100) };
    await assert.rejects(host.request(1, { meta }), { code: 'ERR_MQ_ENVELOPE' });
    assert.deepEqual([host.stats().open, host.stats().invalid], [0, 0]);
  });
});
