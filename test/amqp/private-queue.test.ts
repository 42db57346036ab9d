import assert from 'node:assert/strict';
import { filter, firstValueFrom } from 'rxjs';
import { json, MessageQueueError, type JsonCodec } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost, type AnyMethods } from 'posix-mqueue/rpc';
import type { Delivery, Receiver, TransportState } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { urls, Way } from '../support/broker.js';
import { errorLike } from '../support/code.js';

const SIZES = { maxMessages: 8, maxMessageSize: 256 };
const PRIVATE = { create: true, exclusive: true, private: true, ...SIZES };

const reached = (transport: AmqpTransport, state: TransportState): Promise<TransportState> =>
  firstValueFrom(transport.state$.pipe(filter((each) => each === state)));

describe('a queue that is a connection’s own', function () {
  this.timeout(30_000);

  let other: AmqpTransport;
  let name: string;

  beforeEach(() => {
    other = new AmqpTransport({ urls });
    name = temporaryName();
  });
  afterEach(async () => {
    await other.unlink(name).catch(() => undefined);
    await other.close();
  });

  describe('for the replies to an RpcHost whose connection is lost', () => {
    let way: Way;
    let transport: AmqpTransport;
    let host: RpcHost<AnyMethods, JsonCodec>;
    let receiver: Receiver;

    beforeEach(async () => {
      way = new Way();
      transport = new AmqpTransport({ urls: await way.open(), retryDelay: 20 });
      host = new RpcHost({ requests: name, codec: json, transport, ...SIZES });
      receiver = await other.openReceiver(name, { create: true, ...SIZES });
    });
    afterEach(async () => {
      await Promise.all([host.close(), receiver.close()]);
      await transport.close();
      await way.close();
    });

    async function askFirst(): Promise<{ asked: Promise<unknown>; first: Delivery }> {
      const asked = host.request('a');
      // When this is sent, that is confirmed, and is not sent again.
      await host.notify('behind it');
      const first = await receiver.next();
      await receiver.next();
      return { asked, first };
    }

    /** As soon as the queue is there. */
    async function reply({ replyTo = '', correlationId }: Delivery, body: string): Promise<void> {
      for (;;) {
        const sender = await other.openSender(replyTo).catch((error: { code?: unknown }) => {
          assert.equal(error.code, 'ENOENT');
        });
        if (sender === undefined) continue;
        await sender.send(Buffer.from(body), { correlationId });
        await sender.close();
        return;
      }
    }

    it('is made again under its name, and what was asked before is answered there', async () => {
      const { asked, first } = await askFirst();
      const again = reached(transport, 'connecting').then(() => reached(transport, 'connected'));
      way.cut();
      await again;
      await reply(first, '1');
      assert.equal(await asked, 1);
      const next = host.request('b');
      const second = await receiver.next();
      assert.equal(second.replyTo, first.replyTo);
      await reply(second, '2');
      assert.equal(await next, 2);
      assert.equal(host.stats().retries, 0);
    });

    it('is waited for until the broker has noticed that the connection before is lost', async () => {
      const { asked, first } = await askFirst();
      const again = reached(transport, 'connecting').then(() => reached(transport, 'connected'));
      way.strand();
      await again;
      // Behind the host's own try to make it.
      await transport.stat(first.replyTo ?? '');
      way.release();
      await reply(first, '1');
      assert.equal(await asked, 1);
    });
  });

  it('exists for all others: an exclusive one of the name is EEXIST, and to take its place is refused', async () => {
    const transport = new AmqpTransport({ urls });
    const exists = { code: 'EEXIST', queue: name };
    const locked = errorLike(
      MessageQueueError,
      { code: 'EACCES', queue: name },
      /another connection/,
    );
    const receiver = await transport.openReceiver(name, PRIVATE);
    for (const each of [transport, other]) {
      await assert.rejects(each.openReceiver(name, PRIVATE), exists);
      await assert.rejects(
        each.openSender(name, { ...SIZES, create: true, exclusive: true }),
        exists,
      );
    }
    await assert.rejects(other.openReceiver(name), locked);
    await assert.rejects(other.unlink(name), locked);
    assert.equal((await other.stat(name)).messages, 0);
    const sender = await other.openSender(name, { create: true, ...SIZES });
    await sender.send(Buffer.from('a'));
    assert.equal((await receiver.next()).body.toString(), 'a');
    await receiver.close();
    await assert.rejects(other.stat(name), { code: 'ENOENT' });
    // Of one that is nobody's it is the same.
    const plain = await other.openSender(name, { create: true, ...SIZES });
    await assert.rejects(transport.openReceiver(name, PRIVATE), exists);
    await Promise.all([sender.close(), plain.close()]);
    await transport.close();
  });
});
