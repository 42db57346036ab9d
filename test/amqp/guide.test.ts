import assert from 'node:assert/strict';
import { json } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost } from 'posix-mqueue/rpc';
import { urls } from '../support/broker.js';
import { ownName } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';

describe('docs/rabbitmq.md', () => {
  it('has a worker that answers a host and a plain client', async () => {
    const files = new PageFiles('docs/rabbitmq.md');
    const worker = files.run(files.use('amqp-worker.mjs'));
    await worker.printed('Waiting for sums, until Ctrl-C');
    for (const [name, printed] of [
      ['amqp-host.mjs', '3'],
      ['plain-client.mjs', '1 7'],
    ] as const) {
      const { code, stdout, stderr } = await files.run(files.use(name)).end;
      assert.deepEqual([code, stdout, stderr], [0, printed, '']);
    }
    worker.kill('SIGINT');
    assert.equal((await worker.end).code, 0);
  });

  it('has a plain worker that answers a host', async () => {
    const files = new PageFiles('docs/rabbitmq.md');
    const worker = files.run(files.use('plain-worker.mjs'));
    await worker.printed('Waiting for products, until Ctrl-C');
    const transport = new AmqpTransport({ urls });
    const host = new RpcHost({ requests: ownName('/amqp_products'), codec: json, transport });
    assert.equal(await host.request([3, 4], { timeout: 10_000 }), 12);
    await host.close();
    worker.kill('SIGINT');
    assert.equal((await worker.end).signal, 'SIGINT');
  });
});
