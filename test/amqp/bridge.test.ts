import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { bridge, type Receiver } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { broker, urls } from '../support/broker.js';
import { runFixture } from '../support/child.js';
import { until } from '../support/code.js';
import { killAgainAndAgain } from '../support/killed-bridge.js';
import { leaseFiles } from '../support/leases.js';
import { report } from '../support/ledger.js';

// For a proof: BRIDGE_MESSAGES=100000, with a kill after each second.
const PROOF = process.env['BRIDGE_MESSAGES'];
const MESSAGES = Number(PROOF ?? '1000');
const LIFE = PROOF === undefined ? 200 : 1000;

describe('a bridge to the broker', function () {
  this.timeout(30_000 + MESSAGES * 10);

  const opening = { create: true, maxMessages: 1000, maxMessageSize: 64 };
  let transport: AmqpTransport;
  let to: string;
  let receiver: Receiver;

  beforeEach(async () => {
    transport = new AmqpTransport({ urls });
    to = temporaryName();
    const options = { ...opening, redelivery: true, concurrency: 32 };
    receiver = await transport.openReceiver(to, options);
  });
  afterEach(async () => {
    await receiver.close();
    await transport.unlink(to);
    await transport.close();
  });

  it('passes on both ways, with priority; properties stay on the way back', async () => {
    const [local, back] = [temporaryQueue(), temporaryQueue()];
    const there = bridge({ queue: local.name }, { queue: to, transport });
    const running = there.run();
    await local.send('a', { priority: 32_767 });
    const delivery = await receiver.next();
    assert.deepEqual([delivery.body.toString(), delivery.priority], ['a', 32_767]);
    await delivery.ack();
    await receiver.close();
    await there.close();
    await running;
    const sender = await transport.openSender(to);
    await sender.send(Buffer.from('b'), { correlationId: '7', priority: 0 });
    await sender.close();
    const home = bridge({ queue: to, transport }, { queue: back.name });
    const returning = home.run();
    assert.equal((await back.receive()).text(), 'b');
    await home.close();
    await returning;
    assert.equal((await transport.stat(to)).messages, 0);
  });

  it('fills the queue before it while the broker is gone, or a spool file, and loses nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mq-bridge-'));
    const [plain, spooling] = [temporaryQueue(), temporaryQueue()];
    const links = [
      bridge({ queue: plain.name }, { queue: to, transport }),
      bridge(
        { queue: spooling.name },
        { queue: to, transport },
        { spool: join(folder, 'spool'), spoolAfter: 50 },
      ),
    ] as const;
    const running = links.map((each) => each.run());
    await Promise.all(links.map((each) => once(each, 'ready')));
    await broker('kill');
    const numbers = Array.from({ length: 5 }, (_, index) => index);
    for (const number of numbers) await plain.send(`plain ${number}`);
    for (const number of [...numbers, 5, 6, 7]) await spooling.send(`spooled ${number}`);
    await until(() => links[1].stats().inSpool === 8, 'all of it in the spool');
    assert.deepEqual([plain.currentMessages, plain.trySend('more')], [4, false]);
    await broker('start');
    const came = new Map<string, number>();
    while (came.size < 13) {
      const delivery = await receiver.next();
      came.set(delivery.body.toString(), 1);
      await delivery.ack();
    }
    const [first, second] = ['plain', 'spooled'].map((kind) =>
      [...came.keys()].filter((each) => each.startsWith(kind)),
    );
    assert.deepEqual(
      first,
      numbers.map((number) => `plain ${number}`),
    );
    assert.equal(second?.length, 8);
    await Promise.all(links.map((each) => each.close()));
    await Promise.all(running);
    rmSync(folder, { recursive: true });
  });

  for (const [what, spooled] of [
    ['', false],
    [' with a spool file', true],
  ] as const) {
    it(`passes on ${MESSAGES} messages${what} though it is killed with -9: none is missing`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'mq-bridge-'));
      const from = temporaryQueue({ maxMessages: 10, maxMessageSize: 64 });
      const spool = spooled ? [join(folder, 'spool')] : [];
      const seen = new Map<number, number>();
      const stop = new AbortController();
      const reading = (async () => {
        while (!stop.signal.aborted) {
          const delivery = await receiver.next(stop.signal).catch(() => undefined);
          if (delivery === undefined) return;
          const number = Number(delivery.body.toString());
          seen.set(number, (seen.get(number) ?? 0) + 1);
          await delivery.ack();
        }
      })();
      const { kills, sent, twice } = await killAgainAndAgain({
        from,
        start: () => runFixture('amqp-bridge', [from.name, to, ...spool]),
        life: () => LIFE,
        seen,
        enough: (_, given) => given >= MESSAGES,
      });
      stop.abort();
      await reading;
      report(`kill -9 of a bridge to RabbitMQ${what}, ${kills} times`, sent - seen.size, sent);
      report(`  came twice or more: ${twice}`, 0, sent);
      assert.ok(kills > 0, 'it was never killed');
      assert.deepEqual(leaseFiles(from.name), []);
      rmSync(folder, { recursive: true });
    });
  }
});
