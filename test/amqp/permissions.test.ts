import assert from 'node:assert/strict';
import { once } from 'node:events';
import { json, MessageQueueError } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { temporaryName } from 'posix-mqueue/testing';
import { brokerUser, urls } from '../support/broker.js';
import { errorLike } from '../support/code.js';

const SIZES = { maxMessages: 8, maxMessageSize: 256 };
const NOTHING = '^$';
const SENDING = String.raw`^amq\.default$`;

describe('a user of the broker', function () {
  this.timeout(30_000);

  const name = temporaryName();
  let owner: AmqpTransport;

  const refused = errorLike(
    MessageQueueError,
    { code: 'EACCES', queue: name },
    /ACCESS_REFUSED.*rabbitmqctl set_permissions/,
  );

  before(async () => {
    owner = new AmqpTransport({ urls });
    const sender = await owner.openSender(name, { create: true, ...SIZES });
    await sender.close();
  });
  after(async () => {
    await owner.unlink(name);
    await owner.close();
  });

  it('who may do nothing is told so at once, whatever it tries, and what to do about it', async () => {
    const nothing = { configure: NOTHING, write: NOTHING, read: NOTHING };
    const transport = new AmqpTransport({ urls: await brokerUser('nobody', nothing) });
    await assert.rejects(transport.openSender(name, { create: true, ...SIZES }), refused);
    await assert.rejects(transport.openReceiver(name, { create: true, ...SIZES }), refused);
    await assert.rejects(transport.openReceiver(name), refused);
    await assert.rejects(transport.unlink(name), refused);
    // That it is there is no secret.
    const sender = await transport.openSender(name);
    for (const body of ['a', 'b']) await assert.rejects(sender.send(Buffer.from(body)), refused);
    await sender.close();
    assert.equal((await transport.stat(name)).messages, 0);
    await transport.close();
  });

  it('who may do what docs/rabbitmq.md has for a worker and for a host works and asks, and nothing else', async () => {
    const forWorker = { configure: NOTHING, write: SENDING, read: `^${name}$` };
    const forHost = { configure: '^/mq-reply-', write: SENDING, read: '^/mq-reply-' };
    const [working, asking] = [
      new AmqpTransport({ urls: await brokerUser('worker', forWorker) }),
      new AmqpTransport({ urls: await brokerUser('host', forHost) }),
    ];
    const options = { requests: name, codec: json, create: false, ...SIZES };
    const worker = new RpcWorker({ ...options, transport: working }, (value) => value);
    const running = worker.run();
    await once(worker, 'ready');
    const host = new RpcHost({ ...options, transport: asking });
    assert.equal(await host.request(1), 1);
    await assert.rejects(asking.openReceiver(name), refused);
    await assert.rejects(working.unlink(name), refused);
    await host.close();
    await worker.close();
    await running;
    const unable = new RpcWorker({ ...options, transport: asking }, (value) => value);
    await assert.rejects(unable.run(), refused);
    await Promise.all([working.close(), asking.close()]);
  });
});
