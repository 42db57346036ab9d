import assert from 'node:assert/strict';
import { filter, firstValueFrom } from 'rxjs';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { temporaryName } from 'posix-mqueue/testing';
import { broker, brokerIsUp, urls } from '../support/broker.js';

const SIZES = { create: true, maxMessages: 8, maxMessageSize: 64 };

describe('closing while the broker is gone', function () {
  this.timeout(60_000);

  it('ends what waits, and leaves nobody who takes messages later', async () => {
    const transport = new AmqpTransport({ urls });
    const reach = (wanted: string): Promise<unknown> =>
      firstValueFrom(transport.state$.pipe(filter((state) => state === wanted)));
    const name = temporaryName();
    const sender = await transport.openSender(name, SIZES);
    const receiver = await transport.openReceiver(name);
    const worker = new RpcWorker({ requests: name, transport, create: false }, (value) => value);
    const host = new RpcHost({ requests: name, transport, create: false });
    await host.open();
    // Keeps the connections.
    const other = await transport.openSender(name, SIZES);
    await broker('kill');
    try {
      await reach('connecting');
      // Both connections are known to be lost when this is over.
      const signal = AbortSignal.timeout(200);
      await assert.rejects(sender.send(Buffer.from('lost'), { signal }), { code: 'ABORT_ERR' });
      const sending = assert.rejects(sender.send(Buffer.from('lost')), { code: 'ERR_MQ_CLOSED' });
      const receiving = assert.rejects(receiver.next(), { code: 'ERR_MQ_CLOSED' });
      const working = worker.run();
      const asking = assert.rejects(host.request('x'), { code: 'ERR_MQ_CLOSED' });
      await Promise.all([worker.close(), working, host.close(), asking]);
      await Promise.all([sender.close(), receiver.close(), sending, receiving]);
    } finally {
      await broker('start');
      await brokerIsUp();
    }
    await reach('connected');
    for (const body of ['a', 'b', 'c']) await other.send(Buffer.from(body));
    const next = await transport.openReceiver(name);
    const bodies: string[] = [];
    for (let count = 0; count < 3; count += 1) bodies.push((await next.next()).body.toString());
    assert.deepEqual(bodies, ['a', 'b', 'c']);
    await Promise.all([next.close(), other.close()]);
    await transport.unlink(name);
    await transport.close();
  });
});

it('AmqpTransport tells as its state how it is connected, which is not at all while no queue is open', async () => {
  const transport = new AmqpTransport({ urls });
  const states: string[] = [];
  transport.state$.subscribe((state) => states.push(state));
  const name = temporaryName();
  for (let times = 0; times < 2; times += 1) {
    const sender = await transport.openSender(name, SIZES);
    await firstValueFrom(transport.state$.pipe(filter((state) => state === 'connected')));
    await sender.close();
  }
  assert.deepEqual(states, ['connecting', 'connected', 'connecting', 'connected', 'connecting']);
  await transport.unlink(name);
  await transport.close();
  assert.equal(states.at(-1), 'closed');
});
