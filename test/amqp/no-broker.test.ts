import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { json, text } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { bridge, Host, tee, Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { urls } from '../support/broker.js';
import { runFixture } from '../support/child.js';

const closed = { code: 'ERR_MQ_CLOSED' };

describe('where no broker was ever reached', () => {
  let transport: AmqpTransport;
  let address: string;
  let requests: string;
  let responses: string;

  beforeEach(async () => {
    // A port that somebody had, and nobody has.
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const way = new URL(urls);
    way.port = String((server.address() as AddressInfo).port);
    await once(server.close(), 'close');
    address = way.href;
    transport = new AmqpTransport({ urls: address, retryDelay: 20 });
    [requests, responses] = [temporaryName(), temporaryName()];
  });
  afterEach(async () => {
    await transport.close();
  });

  it('a Host is closed, and what was asked of it has an end', async () => {
    const host = new Host({ requests, responses, codec: text, transport });
    const sending = assert.rejects(host.send('a'), closed);
    const receiving = assert.rejects(host.receive(), closed);
    await host.close();
    await Promise.all([sending, receiving]);
  });

  it('an RpcHost is closed, and what was asked of it has an end, by its time or by its signal before', async () => {
    const host = new RpcHost({ requests, codec: json, transport });
    await assert.rejects(host.request(1, { timeout: 50 }), {
      code: 'ETIMEDOUT',
      message: /could not be opened within 50 ms/,
    });
    const given = { signal: AbortSignal.timeout(50) };
    await assert.rejects(host.request(1, given), { code: 'ABORT_ERR' });
    const asking = assert.rejects(host.request(2), closed);
    const telling = assert.rejects(host.notify(3), closed);
    await host.close();
    await Promise.all([asking, telling]);
  });

  for (const [what, make] of [
    ['a Worker', () => new Worker({ requests, responses, transport }, () => undefined)],
    ['an RpcWorker', () => new RpcWorker({ requests, transport }, () => undefined)],
    [
      'a bridge from there',
      () => bridge({ queue: requests, transport }, { queue: temporaryName() }),
    ],
    [
      'a bridge to there',
      () => bridge({ queue: temporaryQueue().name }, { queue: requests, transport }),
    ],
    [
      'a tee to there',
      () => tee({ queue: temporaryQueue().name }, [{ queue: requests, transport }]),
    ],
  ] as const) {
    it(`${what} is closed, and run() resolves`, async () => {
      const worker = make();
      const running = worker.run();
      await worker.close();
      await running;
    });
  }

  it('lets the process end after that', async () => {
    const { code, stdout } = await runFixture('amqp-nowhere', [address, requests]).end;
    assert.deepEqual([code, stdout], [0, 'closed']);
  });
});
