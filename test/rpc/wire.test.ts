import assert from 'node:assert/strict';
import { json } from 'posix-mqueue';
import { RpcError, RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import type { Delivery } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { propertiesOf } from '#dist/transport/properties.js';
import { errorLike, until } from '../support/code.js';
import { RpcBench } from '../support/rpc.js';

const QUEUE = { create: true, maxMessages: 4, maxMessageSize: 512 };

describe('rpc over a transport whose messages carry properties', () => {
  let transport: MemoryTransport;
  let bench: RpcBench;

  beforeEach(() => {
    transport = new MemoryTransport({ properties: true });
    bench = new RpcBench(transport);
  });
  afterEach(() => bench.close());

  async function taken(name: string): Promise<Delivery> {
    const receiver = await transport.openReceiver(name);
    const delivery = await receiver.next();
    await receiver.close();
    return delivery;
  }

  it('answers who knows no MQ1', async () => {
    const told: unknown[] = [];
    await bench.worker({
      add: ([a, b]: [number, number], { meta, attempt, contentType }) => {
        told.push(meta, attempt, contentType);
        return a + b;
      },
    });
    // No name that a queue of the kernel could have.
    const replyTo = `/${temporaryName().slice(1)}`;
    const sender = await transport.openSender(bench.requests);
    const replies = await transport.openReceiver(replyTo, QUEUE);
    await sender.send(Buffer.from('[1,2]'), {
      correlationId: 'a1',
      replyTo,
      type: 'add',
      contentType: 'application/json',
      headers: { 'mq-attempt': 2, user: 'ann', 'x-of-the-broker': 'y', other: 7 },
    });
    const reply = await replies.next();
    assert.equal(reply.body.toString(), '3');
    assert.deepEqual(propertiesOf(reply), { correlationId: 'a1', headers: { 'mq-attempt': 2 } });
    assert.deepEqual(told, [{ user: 'ann' }, 2, 'application/json']);
    await sender.send(Buffer.from('1'), { correlationId: 'a2', replyTo, type: 'none' });
    const failed = await replies.next();
    assert.match(String(failed.headers?.['mq-error']), /^\{"code":"ERR_MQ_METHOD"/);
    await Promise.all([sender.close(), replies.close()]);
  });

  it('does not advise to use shared memory, where it has none', async () => {
    await bench.worker(() => 'x'.repeat(1000));
    const tooLarge = errorLike(
      RpcError,
      { code: 'EMSGSIZE' },
      /1002 bytes.*Send less, or make the queue with a larger 'maxMessageSize'$/,
    );
    await assert.rejects(bench.host().request(1), tooLarge);
  });

  it('asks who knows no MQ1', async () => {
    const host = bench.host();
    const asked = host.request([1], { method: 'sum', meta: { user: 'ann' }, timeout: 5000 });
    const { body, replyTo, correlationId, ...request } = await taken(bench.requests);
    assert.equal(body.toString(), '[1]');
    const { type, headers, expiration = 0 } = request;
    assert.deepEqual([type, headers], ['sum', { user: 'ann' }]);
    assert.ok(expiration > 4000 && expiration <= 5001);
    const sender = await transport.openSender(replyTo as string);
    await sender.send(Buffer.from('1'), { correlationId });
    assert.equal(await asked, 1);
    const refused = host.request([1]);
    const next = await taken(bench.requests);
    const told = { 'mq-error': '{"code":"E_NO","message":"no","data":{"a":1}}', 'mq-by': 'w' };
    const { correlationId: id } = next;
    await sender.send(Buffer.alloc(0), {
      correlationId: id,
      headers: told,
    });
    const error = (await refused.catch((e: unknown) => e)) as RpcError;
    assert.ok(error instanceof RpcError);
    assert.deepEqual(
      [error.code, error.message, error.data, error.by],
      ['E_NO', 'no', { a: 1 }, 'w'],
    );
    await sender.close();
  });

  for (const [what, given] of [
    ['no id for its reply', { replyTo: '/x' }],
    ['a header of another type', { headers: { 'mq-attempt': 'two' } }],
    ['too long an id', { correlationId: 'x'.repeat(65) }],
  ] as const) {
    it(`buries a request with ${what}, with all that it came with`, async () => {
      const deadLetter = temporaryName();
      const worker = await bench.worker(() => 1, { deadLetter });
      const sender = await transport.openSender(bench.requests);
      await sender.send(Buffer.from('1'), {
        ...given,
        contentType: 'text/plain',
        expiration: 60_000,
      });
      await until(() => worker.stats().invalid === 1, 'an invalid request');
      await until(() => worker.stats().inHand === 0, 'the end of its work');
      const letter = await taken(deadLetter);
      assert.match(letter.body.toString(), /^MQ1 \{"dead":\{"reason":"envelope".*\}\}\n1$/);
      assert.deepEqual(propertiesOf(letter), { ...given, contentType: 'text/plain' });
      await sender.close();
    });
  }

  it('refuses meta that would be taken for something else', async () => {
    for (const name of ['mq-attempt', 'x-death', 'traceparent']) {
      const refused = bench.host().request(1, { meta: { [name]: '1' } });
      await assert.rejects(refused, { code: 'ERR_MQ_ENVELOPE', reason: 'meta' });
    }
  });

  it('counts a reply that is none', async () => {
    const host = bench.host();
    const asked = assert.rejects(host.request(1, { timeout: 1000 }), { code: 'ETIMEDOUT' });
    const { replyTo, correlationId } = await taken(bench.requests);
    const sender = await transport.openSender(replyTo as string);
    await sender.send(Buffer.from('1'), {});
    const headers = { 'mq-error': '{' };
    await sender.send(Buffer.from('1'), { correlationId, headers });
    await until(() => host.stats().invalid === 2, 'two invalid replies');
    await host.close().catch(() => undefined);
    await asked.catch(() => undefined);
    await sender.close();
  });

  it('has no large bodies go by shared memory', () => {
    const options = { requests: bench.requests, codec: json, transport, spill: true };
    const expected = { code: 'ERR_MQ_UNSUPPORTED', message: /spill/ };
    assert.throws(() => new RpcHost(options), expected);
    assert.throws(() => new RpcWorker(options, () => 1), expected);
  });
});
