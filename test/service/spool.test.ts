import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MessageQueue } from 'posix-mqueue';
import { bridge, type Bridge, type BridgeOptions, type Receiver } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

describe('bridge with a spool file', () => {
  const sizes = { create: true, maxMessages: 1, maxMessageSize: 64 };
  let folder: string;
  let spool: string;
  let remote: MemoryTransport;
  let local: MessageQueue;
  let to: string;
  let receiver: Receiver;
  let link: Bridge;
  let running: Promise<void>;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mq-spool-'));
    spool = join(folder, 'spool');
    remote = new MemoryTransport({ properties: true });
    local = temporaryQueue();
    to = temporaryName();
    receiver = await remote.openReceiver(to, sizes);
  });
  afterEach(async () => {
    await link.close({ timeout: 0 });
    rmSync(folder, { recursive: true });
  });

  async function start(options: BridgeOptions = {}): Promise<void> {
    const given = { spool, spoolAfter: 1, ...options };
    link = bridge({ queue: local.name }, { queue: to, transport: remote }, given);
    const ready = once(link, 'ready');
    running = link.run();
    running.catch(() => undefined);
    await ready;
  }
  async function texts(count: number): Promise<string[]> {
    const all: string[] = [];
    while (all.length < count) all.push((await receiver.next()).body.toString());
    return all;
  }
  const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at));
  async function send(count: number): Promise<void> {
    for (const each of numbers(count)) await local.send(each);
  }
  /** A file with messages in it, of a bridge that was closed: one more is on the other side. */
  async function leave(count: number): Promise<void> {
    await start();
    await send(count + 1);
    await until(() => link.stats().inSpool === count, 'messages in the spool');
    await link.close();
  }

  it('has what the other side does not take, and sends it in its order', async () => {
    await start();
    const [spooling, empty] = [once(link, 'spooling'), once(link, 'spoolEmpty')];
    await send(12);
    await spooling;
    await until(() => link.stats().inSpool === 11, 'all but one in the spool');
    assert.equal(local.currentMessages, 0);
    assert.equal(statSync(spool).mode & 0o777, 0o600);
    assert.deepEqual(await texts(12), numbers(12));
    await empty;
    const { spooled, sent, inSpool } = link.stats();
    assert.deepEqual([spooled, sent, inSpool], [11, 12, 0]);
    assert.equal(statSync(spool).size, 24);
    // And the next one goes without it.
    await local.send('next');
    assert.deepEqual(await texts(1), ['next']);
    assert.equal(link.stats().spooled, 11);
  });

  it('keeps it for the next bridge, before what is in the queue', async () => {
    await leave(3);
    await local.send('later');
    await start();
    assert.deepEqual(await texts(5), ['0', '1', '2', '3', 'later']);
  });

  it('keeps priority and properties', async () => {
    const other = new MemoryTransport({ properties: true });
    const sender = await other.openSender(to, { ...sizes, maxMessages: 3 });
    const properties = { priority: 5, correlationId: 'é', headers: { a: true } };
    for (const each of ['a', 'b', 'c']) await sender.send(Buffer.from(each), properties);
    const options = { spool, spoolAfter: 1 };
    link = bridge({ queue: to, transport: other }, { queue: to, transport: remote }, options);
    running = link.run();
    await until(() => link.stats().inSpool === 2, 'two messages in the spool');
    for (const each of ['a', 'b', 'c']) {
      const { body, priority, correlationId, headers } = await receiver.next();
      assert.equal(body.toString(), each);
      assert.deepEqual({ priority, correlationId, headers }, properties);
    }
  });

  it('is bounded: what finds no room waits in its queue, and the event tells it', async () => {
    const body = 'x'.repeat(60);
    await start({ maxSpoolSize: 1024 });
    const full = once(link, 'spoolFull');
    let sent = 0;
    const sending = (async () => {
      for (; sent < 40; sent += 1) await local.send(`${sent} ${body}`.slice(0, 60));
    })();
    await full;
    await until(() => local.currentMessages === 4, 'a full queue');
    assert.ok(statSync(spool).size <= 1024);
    const came = (await texts(40)).map((each) => Number.parseInt(each, 10));
    assert.deepEqual(came, numbers(40).map(Number));
    await sending;
  });

  it('has one that the file cannot hold wait until it is empty, and go without it', async () => {
    const wide = temporaryName();
    const other = await remote.openReceiver(wide, { ...sizes, maxMessageSize: 2048 });
    const from = temporaryQueue({ maxMessages: 4, maxMessageSize: 2048 });
    const options = { spool, spoolAfter: 1, maxSpoolSize: 1024 };
    link = bridge({ queue: from.name }, { queue: wide, transport: remote }, options);
    running = link.run();
    for (const each of ['a', 'b', 'x'.repeat(2000), 'c']) await from.send(each);
    await until(() => link.stats().inSpool === 1, 'a message in the spool');
    const came: number[] = [];
    while (came.length < 4) came.push((await other.next()).body.length);
    assert.deepEqual(came, [1, 1, 2000, 1]);
    await link.close();
    await other.close();
  });

  it('warns once where nobody listens', async () => {
    await start({ maxSpoolSize: 1024 });
    const warned = once(process, 'warning');
    const sending = (async () => {
      for (let number = 0; number < 40; number += 1) await local.send('x'.repeat(60));
    })();
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, 'MQ_SPOOL_FULL');
    assert.ok(warning.message.includes(spool));
    await texts(40);
    await sending;
  });

  it('drops what was not written whole, and nothing else', async () => {
    await leave(3);
    const whole = readFileSync(spool);
    const last = whole.length;
    for (const cut of [1, 5, 20]) {
      writeFileSync(spool, whole.subarray(0, last - cut));
      const other = bridge(
        { queue: local.name },
        { queue: to, transport: remote },
        { spool, spoolAfter: 1 },
      );
      const ready = once(other, 'ready');
      const ran = other.run();
      await ready;
      assert.equal(other.stats().inSpool, 2);
      await other.close();
      await ran;
    }
    writeFileSync(spool, Buffer.concat([whole, Buffer.alloc(100)]));
    await start();
    assert.equal(link.stats().inSpool, 3);
  });

  it('is refused where it is damaged in the middle, or no spool file, and is left as it is', async () => {
    await leave(3);
    const whole = readFileSync(spool);
    // A length, and what it is the length of.
    const damaged = [24, 48].map((at) => {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    });
    for (const bytes of [...damaged, Buffer.from('some other file of the user')]) {
      writeFileSync(spool, bytes);
      link = bridge({ queue: local.name }, { queue: to, transport: remote }, { spool });
      await assert.rejects(link.run(), { code: 'ERR_MQ_SPOOL' });
      assert.deepEqual(readFileSync(spool), bytes);
    }
  });

  it('belongs to one bridge', async () => {
    await start();
    const other = bridge({ queue: local.name }, { queue: to, transport: remote }, { spool });
    await assert.rejects(other.run(), { code: 'ERR_MQ_SPOOL', message: /in use/ });
    await link.close();
    await start();
  });

  it('tells where it cannot be made', async () => {
    const path = join(folder, 'missing', 'spool');
    link = bridge({ queue: local.name }, { queue: to, transport: remote }, { spool: path });
    await assert.rejects(link.run(), { code: 'ENOENT', message: /missing\/spool/ });
  });

  it('ends the bridge by a message that is too large for the other side, or buries it', async () => {
    await start({ spoolAfter: 1 });
    await local.send('a');
    await local.send('b');
    await until(() => link.stats().inSpool === 1, 'a message in the spool');
    await local.send('x'.repeat(65));
    await until(() => link.stats().inSpool === 2, 'two messages in the spool');
    assert.deepEqual(await texts(2), ['a', 'b']);
    await assert.rejects(running, { code: 'EMSGSIZE' });
    await start({ deadLetter: temporaryName() });
    await until(() => link.stats().failed === 1, 'a dead letter');
    await local.send('c');
    assert.deepEqual(await texts(1), ['c']);
  });
});
