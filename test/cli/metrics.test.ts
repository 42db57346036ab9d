import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { limits, MessageQueue } from 'posix-mqueue';
import { PosixTransport } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { mqueue, printedBy, startMqueue } from '../support/command.js';
import { expectNoLeases } from '../support/leases.js';
import { inShell } from '../support/mounted.js';
import { canUnshare } from '../support/namespace.js';

const LABEL = /^(?<label>[a-z_]+)="(?<value>(?:[^"\\\n]|\\[\\"n])*)"$/;
const SAMPLE = /^(?<name>[a-z_]+)(?:\{(?<labels>.*)\})? (?<value>\+Inf|\d+)$/;

/** What Prometheus reads in it: by name and queue. */
function parse(text: string): Map<string, number> {
  const values = new Map<string, number>();
  let described = '';
  let typed = '';
  assert.ok(text.endsWith('\n'));
  for (const line of text.slice(0, -1).split('\n')) {
    const [, keyword, name = '', rest = ''] = /^# (\w+) (\w+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') described = name;
    else if (keyword === 'TYPE') {
      assert.deepEqual([described, rest], [name, 'gauge']);
      typed = name;
    } else {
      const sample = SAMPLE.exec(line)?.groups;
      assert.ok(sample !== undefined, line);
      assert.equal(sample['name'], typed);
      const { label, value } = LABEL.exec(sample['labels'] ?? 'queue=""')?.groups ?? {};
      assert.equal(label, 'queue', line);
      const queue = (value ?? '').replace(/\\(.)/g, (_, each: string) =>
        each === 'n' ? '\n' : each,
      );
      const key = queue === '' ? typed : `${typed} ${queue}`;
      assert.ok(!values.has(key), key);
      values.set(key, sample['value'] === '+Inf' ? Infinity : Number(sample['value']));
    }
  }
  return values;
}

describe('mqueue metrics', function () {
  this.timeout(20_000);

  let leased: string | undefined;
  afterEach(() => {
    if (leased !== undefined) expectNoLeases(leased);
  });

  it('prints how full queues are, what they take, and the limits', async () => {
    const queue = temporaryQueue({ maxMessages: 3, maxMessageSize: 64 });
    await queue.send('a');
    const values = parse(await printedBy(['metrics', queue.name.slice(1)]));
    assert.equal(values.get(`posix_mqueue_queue_messages ${queue.name}`), 1);
    assert.equal(values.get(`posix_mqueue_queue_capacity_messages ${queue.name}`), 3);
    assert.equal(values.get(`posix_mqueue_queue_message_max_bytes ${queue.name}`), 64);
    assert.equal(values.get(`posix_mqueue_queue_charge_bytes ${queue.name}`), 3 * (64 + 48 + 48));
    assert.equal(values.get('posix_mqueue_limit_user_bytes'), limits().maxBytes);
    assert.equal(values.get('posix_mqueue_limit_queue_messages'), limits().maxMessages);
  });

  it('prints what receivers with redelivery have, and what they gave up', async () => {
    const queue = temporaryQueue({ maxMessages: 3, maxMessageSize: 64 });
    leased = queue.name;
    const receiver = await new PosixTransport().openReceiver(queue.name, {
      redelivery: true,
      concurrency: 3,
    });
    for (const each of ['a', 'b', 'c']) await queue.send(each);
    const deliveries = [await receiver.next(), await receiver.next(), await receiver.next()];
    await deliveries[0]?.nack({ requeue: false });
    const found = async (): Promise<(number | undefined)[]> => {
      const values = parse(await printedBy(['metrics', queue.name]));
      return ['held', 'orphaned', 'given_up'].map((kind) =>
        values.get(`posix_mqueue_lease_${kind}_messages ${queue.name}`),
      );
    };
    assert.deepEqual(await found(), [2, 0, 1]);
    await receiver.close();
    assert.deepEqual(await found(), [0, 2, 1]);
    await printedBy(['requeue', '--given-up', queue.name]);
    const next = await new PosixTransport().openReceiver(queue.name, { redelivery: true });
    for (let number = 0; number < 3; number += 1) await (await next.next()).ack();
    await next.close();
  });

  it('writes any name so that it is read again', async () => {
    const name = `${temporaryName()}"\\\n{}`;
    await using queue = MessageQueue.open(name, {
      create: true,
      maxMessages: 1,
      maxMessageSize: 8,
    });
    const values = parse(await printedBy(['metrics', name]));
    queue.unlink();
    assert.equal(values.get(`posix_mqueue_queue_capacity_messages ${name}`), 1);
  });

  it('serves it for this machine until a signal ends it', async () => {
    const queue = temporaryQueue({ maxMessages: 3, maxMessageSize: 64 });
    const child = startMqueue(['metrics', queue.name, '--listen', ':0']);
    const [, address = ''] = await child.erred(/^serving (http:\/\/127\.0\.0\.1:\d+\/metrics)$/m);
    const depth = async (): Promise<number | undefined> => {
      const response = await fetch(address);
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
      return parse(await response.text()).get(`posix_mqueue_queue_messages ${queue.name}`);
    };
    assert.equal(await depth(), 0);
    await queue.send('a');
    assert.equal(await depth(), 1);
    assert.equal((await fetch(address, { method: 'HEAD' })).status, 200);
    assert.equal((await fetch(address, { method: 'POST' })).status, 405);
    assert.equal((await fetch(new URL('/', address))).status, 404);
    child.kill('SIGTERM');
    assert.equal((await child.end).signal, 'SIGTERM');
    await assert.rejects(fetch(address));
  });

  it('says what is wrong before it serves anything', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    for (const [args, code, text] of [
      [[queue.name, '--listen', `:${port}`], 1, /EADDRINUSE\): choose another port/],
      [[queue.name, '--listen', '9464'], 2, /port with a colon before it/],
      [[queue.name, '--listen', ':70000'], 2, /port with a colon before it/],
      [[temporaryName()], 1, /there is no queue/],
    ] as const) {
      const ended = await mqueue(['metrics', ...args]);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, text);
    }
    taken.close();
  });

  it('has all queues of the machine, and what they take together', async function () {
    // Reason: it reads the mqueue file system, which is mounted for it alone here.
    if (!canUnshare()) this.skip();
    const { code, stdout, stderr } = await inShell(`
      for name in a b; do $mqueue create $name --depth 2 --size 64; done
      $mqueue metrics`);
    assert.equal(code, 0, stderr);
    const values = parse(stdout.toString());
    assert.equal(values.get('posix_mqueue_queue_messages /a'), 0);
    assert.equal(values.get('posix_mqueue_queue_messages /b'), 0);
    assert.equal(values.get('posix_mqueue_used_queues'), 2);
    assert.equal(values.get('posix_mqueue_used_user_bytes'), 640);
  });
});
