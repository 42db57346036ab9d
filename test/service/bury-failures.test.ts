import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'posix-mqueue';
import { Worker, type Failure, type WorkerOptions } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';

const NAMES = { requests: '/requests', responses: '/responses', deadLetter: '/dead' };

describe('Worker with buryFailures', () => {
  let transport: MemoryTransport;
  beforeEach(() => {
    transport = new MemoryTransport();
  });

  /** What becomes of one request whose handler does this. */
  async function failureOf(
    handler: (request: string) => string,
    options: Partial<WorkerOptions<typeof text>> = {},
  ): Promise<Failure> {
    const worker = new Worker(
      { ...NAMES, codec: text, maxMessageSize: 64, transport, buryFailures: true, ...options },
      handler,
    );
    const ready = once(worker, 'ready');
    const running = worker.run();
    await ready;
    const failed = once(worker, 'failure') as Promise<[Failure]>;
    const sender = await transport.openSender(NAMES.requests, { create: false });
    await sender.send(Buffer.from('a'), { priority: 7 });
    const [failure] = await failed;
    await worker.close();
    await running;
    await sender.close();
    return failure;
  }

  it('puts the request among the dead letters, with its priority and why', async () => {
    const failure = await failureOf(() => 'x'.repeat(65));
    assert.deepEqual([failure.request, failure.buried], ['a', true]);
    const receiver = await transport.openReceiver(NAMES.deadLetter, { create: false });
    const { body, priority } = await receiver.next(AbortSignal.timeout(1000));
    const { reason, error, from, attempts, original } = decodeDeadLetter(body);
    assert.deepEqual([reason, from, attempts, priority], ['failed', '/requests', 0, 7]);
    assert.match(error ?? '', /65 bytes/);
    assert.equal(original.toString(), 'a');
    await receiver.close();
  });

  it('tells nothing of an error that may quote the request', async () => {
    await failureOf(() => {
      throw new Error('the secret');
    });
    const receiver = await transport.openReceiver(NAMES.deadLetter, { create: false });
    const { body } = await receiver.next(AbortSignal.timeout(1000));
    assert.equal(decodeDeadLetter(body).error, undefined);
    assert.ok(!body.includes('secret'));
    await receiver.close();
  });

  it('tells that it could not, and goes on', async () => {
    const full = { create: true, maxMessages: 1, maxMessageSize: 8 };
    const sender = await transport.openSender(NAMES.deadLetter, full);
    const warned = once(process, 'warning') as Promise<[Error & { code?: string }]>;
    const { buried } = await failureOf(() => 'x'.repeat(65));
    assert.equal(buried, false);
    const [warning] = await warned;
    assert.equal(warning.code, 'MQ_FAILURE');
    assert.match(warning.message, /too large/);
    await sender.close();
  });

  it('leaves them alone without the option, and needs a queue for them', async () => {
    const failure = await failureOf(() => 'x'.repeat(65), { buryFailures: false });
    assert.equal('buried' in failure, false);
    await assert.rejects(transport.stat(NAMES.deadLetter), { code: 'ENOENT' });
    assert.throws(() => new Worker({ requests: '/requests', buryFailures: true }, () => ''), {
      code: 'ERR_INVALID_ARG_VALUE',
      message: /deadLetter/,
    });
  });
});
