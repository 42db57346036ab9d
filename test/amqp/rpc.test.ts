import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type ConsumeMessage } from 'amqplib';
import { lastValueFrom, toArray } from 'rxjs';
import { json, MessageQueueError, text } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { errorLike, until } from '../support/code.js';

const urls = process.env['AMQP_URL'] ?? '';
const SIZES = { maxMessages: 4, maxMessageSize: 256 };

describe('hosts and workers on RabbitMQ', () => {
  let transport: AmqpTransport;
  let requests: string;
  let responses: string;

  beforeEach(() => {
    transport = new AmqpTransport({ urls, durable: false });
    [requests, responses] = [temporaryName(), temporaryName()];
  });
  afterEach(async () => {
    for (const name of [requests, responses]) await transport.unlink(name).catch(() => undefined);
    await transport.close();
  });

  it('answers by Host and Worker', async () => {
    const host = new Host({ requests, responses, codec: text, transport, ...SIZES });
    await host.open();
    const worker = new Worker({ requests, responses, codec: text, transport, ...SIZES }, (task) =>
      task.toUpperCase(),
    );
    const working = worker.run();
    const sending = (async () => {
      for (let task = 0; task < 20; task += 1) await host.send(`a${task}`);
    })();
    const answers: string[] = [];
    while (answers.length < 20) answers.push(await host.receive());
    await sending;
    assert.deepEqual(
      answers,
      Array.from({ length: 20 }, (_, task) => `A${task}`),
    );
    await worker.close();
    await working;
    await host.close();
  });

  it('answers by RpcHost and RpcWorker', async () => {
    const worker = new RpcWorker(
      { requests, codec: json, transport, ...SIZES, concurrency: 2 },
      {
        add: ([a, b]: [number, number]) => a + b,
        *count(to: number) {
          for (let next = 1; next <= to; next += 1) yield next;
        },
        fail: () => {
          throw Object.assign(new Error('not today'), { code: 'E_OWN' });
        },
      },
    );
    const working = worker.run();
    await once(worker, 'ready');
    const host = new RpcHost({ requests, codec: json, transport, ...SIZES });
    assert.equal(await host.request([1, 2], { method: 'add', meta: { user: 'ann' } }), 3);
    const values = await lastValueFrom(host.requestMany(3, { method: 'count' }).pipe(toArray()));
    assert.deepEqual(values, [1, 2, 3]);
    await assert.rejects(host.request(0, { method: 'fail' }), { code: 'E_OWN' });
    const sums = await lastValueFrom(
      host
        .requestAll(
          [1, 2, 3, 4].map((each) => [each, each]),
          { method: 'add', concurrency: 4 },
        )
        .pipe(toArray()),
    );
    assert.deepEqual(
      sums.toSorted((one, other) => Number(one) - Number(other)),
      [2, 4, 6, 8],
    );
    const large = 'x'.repeat(300);
    // The memory of this machine is of no use to those of another.
    const tooLarge = errorLike(
      MessageQueueError,
      { code: 'EMSGSIZE', queue: requests },
      /302 bytes.*Send less, or make the queue with a larger 'maxMessageSize'$/,
    );
    await assert.rejects(host.request(large, { method: 'add' }), tooLarge);
    await assert.rejects(host.notify(large, { method: 'add' }), tooLarge);
    await host.close();
    await worker.close();
    await working;
  });

  it('tells a worker that a host is gone, and goes on', async () => {
    const worker = new RpcWorker({ requests, codec: json, transport, ...SIZES }, (value) => value);
    const working = worker.run();
    await once(worker, 'ready');
    const sender = await transport.openSender(requests);
    await sender.send(Buffer.from('1'), { correlationId: 'a', replyTo: temporaryName() });
    await until(() => worker.stats().gone === 1, 'a host that is gone');
    const host = new RpcHost({ requests, codec: json, transport, ...SIZES });
    assert.equal(await host.request(2), 2);
    await Promise.all([sender.close(), host.close(), worker.close()]);
    await working;
  });

  it('answers a plain client, by a queue that the broker named and by direct reply-to', async () => {
    const worker = new RpcWorker({ requests, codec: json, transport, ...SIZES }, () =>
      'x'.repeat(10_000),
    );
    const working = worker.run();
    await once(worker, 'ready');
    const connection = await connect(urls);
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const replyTo of [queue, 'amq.rabbitmq.reply-to']) {
      const reply = new Promise<ConsumeMessage | null>((resolve) => {
        void channel.consume(replyTo, resolve, { noAck: true }).then(() => {
          channel.sendToQueue(requests, Buffer.from('1'), { correlationId: 'a', replyTo });
        });
      });
      const message = await reply;
      assert.equal(message?.properties.correlationId, 'a');
      assert.equal(message.content.length, 10_002);
    }
    assert.equal(worker.stats().gone, 0);
    await connection.close();
    await worker.close();
    await working;
  });

  it('leaves no reply queue behind, while others use the transport', async () => {
    const receiver = await transport.openReceiver(requests, { create: true, ...SIZES });
    const host = new RpcHost({ requests, codec: json, transport, ...SIZES });
    const asked = assert.rejects(host.request(1), { code: 'ERR_MQ_CLOSED' });
    const { replyTo = '' } = await receiver.next();
    assert.equal((await transport.stat(replyTo)).messages, 0);
    await host.close();
    await asked;
    await assert.rejects(transport.stat(replyTo), { code: 'ENOENT' });
    await receiver.close();
  });

  it('lets the process end once all are closed, and connects anew after that', async () => {
    const open = await transport.openSender(requests, { create: true, ...SIZES });
    await open.close();
    const again = await transport.openSender(requests);
    await again.send(Buffer.from('x'));
    await again.close();
    assert.equal((await transport.stat(requests)).messages, 1);
  });
});
