import assert from 'node:assert/strict';
import { once } from 'node:events';
import { filter, firstValueFrom } from 'rxjs';
import { json, MessageQueueError, text } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost } from 'posix-mqueue/rpc';
import { Host, Worker, type GaveUp, type TransportState } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { broker, brokerIsUp, urls, Way } from '../support/broker.js';
import { runFixture } from '../support/child.js';
import { errorLike, until } from '../support/code.js';
import { faultRuns, report } from '../support/ledger.js';

const SIZES = { maxMessages: 8, maxMessageSize: 256 };
const REQUESTS = 500 * faultRuns(1);

describe('a broker that fails', function () {
  this.timeout(120_000 + REQUESTS * 20);

  let transport: AmqpTransport;
  let name: string;

  beforeEach(() => {
    transport = new AmqpTransport({ urls, heartbeat: 2 });
    name = temporaryName();
  });
  afterEach(async () => {
    await transport.unlink(name).catch(() => undefined);
    await transport.close();
  });

  const state = (wanted: TransportState): Promise<TransportState> =>
    firstValueFrom(transport.state$.pipe(filter((each) => each === wanted)));

  it(`has each of ${REQUESTS} requests answered once, though it and workers are killed`, async () => {
    const start = async () => {
      const worker = runFixture('amqp-worker', [name]);
      await worker.printed('ready');
      return worker;
    };
    const workers = [await start(), await start(), await start(), await start()];
    const host = new RpcHost({ requests: name, codec: json, transport, ...SIZES });
    await host.open();
    const answers = new Map<number, number>();
    const failures: unknown[] = [];
    const limits = { timeout: 90_000, attemptTimeout: 3000, retries: 20 };
    let next = 0;
    const asking = Array.from({ length: 16 }, async () => {
      while (next < REQUESTS) {
        const task = next;
        next += 1;
        try {
          const answer = (await host.request(task, limits)) as number;
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
        } catch (error) {
          failures.push(error);
        }
      }
    });
    for (const part of [1, 2]) {
      await until(() => answers.size >= (REQUESTS * part) / 4, `a part of ${part} in 4`);
      await broker('kill');
      workers.pop()?.kill('SIGKILL');
      await broker('start');
      await brokerIsUp();
    }
    await Promise.all(asking);
    assert.deepEqual(failures, []);
    assert.deepEqual(
      [answers.size, [...answers.values()].every((times) => times === 1)],
      [REQUESTS, true],
    );
    const { late, retries } = host.stats();
    report(
      `RabbitMQ killed twice, two workers of 4 too; ${retries} retries, ${late} late`,
      0,
      REQUESTS,
    );
    await host.close();
  });

  it('is waited for, with what was being sent, when it stands still', async () => {
    const sender = await transport.openSender(name, { create: true, ...SIZES });
    const receiver = await transport.openReceiver(name);
    const elsewhere = temporaryName();
    await sender.send(Buffer.from('a'));
    assert.equal((await receiver.next()).body.toString(), 'a');
    const other = await transport.openSender(elsewhere, { create: true, ...SIZES });
    await broker('stop');
    try {
      const lost = state('connecting');
      // Not behind another one, but under way itself.
      const first = { signal: AbortSignal.timeout(50) };
      await assert.rejects(other.send(Buffer.from('never heard of'), first), { code: 'ABORT_ERR' });
      const sending = sender.send(Buffer.from('b'));
      const given = AbortSignal.timeout(100);
      await assert.rejects(sender.send(Buffer.from('c'), { signal: given }), { code: 'ABORT_ERR' });
      // After two heartbeats that did not come.
      await lost;
      await broker('continue');
      await sending;
    } finally {
      await broker('continue');
    }
    assert.equal((await receiver.next()).body.toString(), 'b');
    await Promise.all([sender.close(), receiver.close(), other.close()]);
    await transport.unlink(elsewhere);
  });

  it('is tried again when the connection is cut, and nothing is lost', async () => {
    const way = new Way();
    const cut = new AmqpTransport({ urls: await way.open(), retryDelay: 20 });
    const sender = await cut.openSender(name, { create: true, ...SIZES });
    const receiver = await cut.openReceiver(name, { redelivery: true });
    const numbers = Array.from({ length: 200 }, (_, index) => String(index));
    const came = new Set<string>();
    const receiving = (async () => {
      while (came.size < numbers.length) {
        const delivery = await receiver.next();
        came.add(delivery.body.toString());
        // Of those whose link was lost: they come again.
        await delivery.ack().catch(() => undefined);
      }
    })();
    for (const each of numbers) {
      if (each.endsWith('50')) way.cut();
      await sender.send(Buffer.from(each));
    }
    await receiving;
    assert.deepEqual([...came].toSorted(), numbers.toSorted());
    await Promise.all([sender.close(), receiver.close()]);
    await cut.close();
    await way.close();
  });

  it('takes nothing while it has no memory, which the state tells, and a signal ends the wait', async () => {
    const sender = await transport.openSender(name, { create: true, ...SIZES });
    await sender.send(Buffer.from('a'));
    await broker('alarm');
    try {
      const blocked = state('blocked');
      const sending = sender.send(Buffer.from('b'));
      await blocked;
      const given = { signal: AbortSignal.timeout(50) };
      await assert.rejects(sender.send(Buffer.from('c'), given), { code: 'ABORT_ERR' });
      // Whoever looks is not kept.
      assert.equal((await transport.stat(name)).messages, 1);
      await broker('calm');
      await sending;
    } finally {
      await broker('calm');
    }
    assert.equal((await transport.stat(name)).messages, 2);
    await sender.close();
  });

  it('has a message again whose worker was killed, and counts these', async () => {
    const sender = await transport.openSender(name, { create: true, ...SIZES });
    await sender.send(Buffer.from('poison'), { priority: 7 });
    for (let times = 0; times < 2; times += 1) {
      const worker = runFixture('amqp-dies', [name]);
      assert.equal((await worker.end).signal, 'SIGKILL');
    }
    const deadLetter = temporaryName();
    const worker = new Worker(
      {
        requests: name,
        codec: text,
        transport,
        redelivery: true,
        maxAttempts: 2,
        deadLetter,
        ...SIZES,
      },
      () => assert.fail('it was to be given up'),
    );
    const gaveUp = once(worker, 'gaveUp') as Promise<[GaveUp]>;
    const working = worker.run();
    const [{ attempts, buried }] = await gaveUp;
    assert.deepEqual([attempts, buried], [2, true]);
    await worker.close();
    await working;
    const receiver = await transport.openReceiver(deadLetter);
    const { body, priority } = await receiver.next();
    assert.match(body.toString(), /^MQ1 .*\npoison$/);
    assert.equal(priority, 7);
    await Promise.all([sender.close(), receiver.close()]);
    await transport.unlink(deadLetter);
  });

  it('tells a sender and a receiver that their queue was deleted', async () => {
    const sender = await transport.openSender(name, { create: true, ...SIZES });
    const receiver = await transport.openReceiver(name);
    let told = 0;
    receiver.watch?.({ unlinked: () => (told += 1), reopened: () => undefined });
    const missing = errorLike(
      MessageQueueError,
      { code: 'ENOENT', queue: name },
      /^The broker has no queue .* Open it with 'create: true', or start its creator first$/,
    );
    const next = assert.rejects(receiver.next(), missing);
    await transport.unlink(name);
    await next;
    assert.equal(told, 1);
    await assert.rejects(sender.send(Buffer.from('a')), missing);
    for (const act of ['openSender', 'openReceiver', 'stat', 'unlink'] as const) {
      await assert.rejects(transport[act](name), missing);
    }
    await Promise.all([sender.close(), receiver.close()]);
  });

  it('has a worker go on with a queue that is made anew', async () => {
    const responses = temporaryName();
    const given = { requests: name, responses, codec: text, transport, ...SIZES };
    const worker = new Worker(given, (task) => task);
    const working = worker.run();
    await once(worker, 'ready');
    for (const task of ['a', 'b']) {
      // Which unlinks both at its end.
      const host = new Host(given);
      await host.send(task);
      assert.equal(await host.receive(), task);
      await host.close();
    }
    await worker.close();
    await working;
    await transport.unlink(responses).catch(() => undefined);
  });

  it('refuses wrong credentials at once, and other arguments of a queue', async () => {
    const wrong = new AmqpTransport({ urls: urls.replace('guest:guest', 'guest:wrong') });
    await assert.rejects(wrong.openSender(name), { code: 'EACCES', message: /password/ });
    await wrong.close();
    const nowhere = new AmqpTransport({ urls: `${urls}/nowhere` });
    await assert.rejects(nowhere.openSender(name), { code: 'EACCES', message: /virtual host/ });
    await nowhere.close();
    const sender = await transport.openSender(name, { create: true, ...SIZES });
    const other = transport.openSender(name, { create: true, ...SIZES, maxMessages: 9 });
    await assert.rejects(other, { code: 'EEXIST', message: /other arguments/ });
    await sender.close();
  });
});
