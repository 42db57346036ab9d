import assert from 'node:assert/strict';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { decodeReply, encodeReply } from '#dist/rpc/envelope/reply.js';
import { decodeRequest, encodeRequest } from '#dist/rpc/envelope/request.js';
import { Child } from '../support/child.js';
import { clients, ours, type Client, type Program } from '../support/clients.js';
import { isEmulated } from '../support/machine.js';
import { vectors, VECTORS } from '../support/vectors.js';

const SMALL = { maxMessages: 4, maxMessageSize: 512 };
const COMPILING = 120_000;

/** What every host prints. */
const shown = [
  'reverse: cba',
  'reverse: ',
  'reverse: 1||',
  'meta: 1 é"',
  'count: ',
  `count: ${Array.from({ length: 20 }, (_, index) => index + 1).join(' ')}`,
  'none:',
  'fail: E_OWN',
  'missing: ERR_MQ_METHOD',
  'large: EMSGSIZE',
  'slow: timeout',
  'reverse: enod',
];

function start(client: Client, program: Program, parameters: readonly string[]): Child {
  const [command, ...given] = client.command(program);
  return new Child(command, [...given, ...parameters]);
}

/** A worker that has its queue open. */
async function worker(client: Client, requests: string, dead: string): Promise<Child> {
  const child = start(client, 'worker', [requests, dead]);
  await child.printed('ready');
  return child;
}

/** What it counted, when it was told to end. */
async function counts(child: Child): Promise<string | undefined> {
  child.kill('SIGTERM');
  const { code, signal, stdout, stderr } = await child.end;
  assert.deepEqual([code, signal, stderr], [0, null, '']);
  return stdout.split('\n').at(-1);
}

describe('peers of all languages', function () {
  this.timeout(COMPILING);

  /** Skipped, with the reason in the title, where the compiler is missing. */
  function test(title: string, needed: readonly Client[], body: () => Promise<void>): void {
    const reason = needed.map((client) => client.missing).find((text) => text !== undefined);
    it(`${title}${reason === undefined ? '' : `: ${reason}`}`, async function () {
      if (reason !== undefined) return this.skip();
      await body();
    });
  }

  const all = [...clients, ours];

  for (const client of clients) {
    test(`${client.name} passes the vectors`, [client], async () => {
      const { code, stdout } = await start(client, 'vectors', [VECTORS]).end;
      const count = vectors.valid.length + vectors.invalid.length;
      assert.deepEqual([code, stdout], [0, `${count} vectors, 0 wrong`]);
    });
  }

  for (const client of all) {
    test(
      `a worker in ${client.name} survives what is no request, and buries it unchanged`,
      [client],
      async () => {
        const requests = temporaryQueue(SMALL);
        const dead = temporaryQueue({ ...SMALL, maxMessageSize: 1536 });
        const replies = temporaryQueue(SMALL);
        const child = await worker(client, requests.name, dead.name);
        const bad = [
          Buffer.from([0, 255, 10, 128]),
          encodeRequest({ id: 'a', replyTo: requests.name }, Buffer.from('to itself')),
          encodeRequest({ id: 'a', replyTo: dead.name }, Buffer.from('to the dead')),
        ];
        for (const original of bad) {
          await requests.send(original, { priority: 3 });
          const { data, priority } = await dead.receive();
          const letter = decodeDeadLetter(data);
          assert.deepEqual(letter.original, original);
          assert.deepEqual([letter.reason, letter.from, priority], ['envelope', requests.name, 3]);
          assert.ok(Math.abs((letter.at ?? 0) - Date.now()) < 60_000);
        }
        const to = { id: 'b', replyTo: replies.name, method: 'reverse' };
        await requests.send(encodeRequest({ ...to, deadline: 1 }, Buffer.from('expired')));
        await requests.send(
          encodeRequest({ ...to, replyTo: temporaryName() }, Buffer.from('gone')),
        );
        await requests.send(encodeRequest({ ...to, attempt: 2 }, Buffer.from('olleh')));
        const reply = decodeReply((await replies.receive()).data);
        assert.deepEqual([reply.id, reply.body.toString(), reply.more], ['b', 'hello', false]);
        assert.equal(reply.attempt, 2);
        assert.equal(await counts(child), 'done=2 failed=0 expired=1 invalid=3 gone=1');
      },
    );

    test(
      `a host in ${client.name} drops replies that are not to its request`,
      [client],
      async () => {
        const requests = temporaryQueue(SMALL);
        const child = start(client, 'host', [requests.name]);
        const request = decodeRequest((await requests.receive()).data);
        const [id, to] = [request.id ?? '', request.replyTo ?? ''];
        assert.match(to, /^\/mq-reply-[0-9a-f]{16}$/);
        assert.deepEqual([request.method, request.body.toString()], ['reverse', 'abc']);
        assert.equal(request.meta?.['b'], 'é"');
        const monotonic = Number(process.hrtime.bigint() / 1_000_000n);
        assert.ok(Math.abs((request.deadline ?? 0) - monotonic) < 60_000);
        await using replies = MessageQueue.open(to, { access: 'write' });
        assert.deepEqual([replies.maxMessages, replies.maxMessageSize], [4, 512]);
        await replies.send('no envelope');
        await replies.send(encodeReply({ id: `${id}0` }, Buffer.from('of another')));
        await replies.send(encodeReply({ id }, Buffer.from('mine')));
        await child.printed('reverse: mine');
      },
    );

    test(`a host in ${client.name} that is told to end removes its queue`, [client], async () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        const requests = temporaryQueue(SMALL);
        const child = start(client, 'host', [requests.name]);
        const { replyTo } = decodeRequest((await requests.receive()).data);
        child.kill(signal);
        const end = await child.end;
        assert.deepEqual([end.code, end.signal, end.stderr], [0, null, '']);
        assert.throws(() => MessageQueue.open(replyTo ?? ''), { code: 'ENOENT' });
      }
    });
  }

  for (const host of all) {
    for (const other of all) {
      test(`a host in ${host.name} with a worker in ${other.name}`, [host, other], async () => {
        const requests = temporaryQueue(SMALL);
        const child = await worker(other, requests.name, temporaryName());
        const end = await start(host, 'host', [requests.name]).end;
        assert.deepEqual([end.code, end.stderr], [0, '']);
        // The request that the host gives up comes too late, or expires before a busy machine gets to it.
        const expired = end.stdout.endsWith('late: 1') ? 0 : 1;
        assert.deepEqual(end.stdout.split('\n'), [...shown, `late: ${1 - expired}`]);
        const counted = await counts(child);
        // Or an emulated host has not even sent it.
        const unsent = isEmulated && expired === 1 && counted?.includes('expired=0') === true;
        const [done, came] = [10 - expired, unsent ? 0 : expired];
        assert.equal(counted, `done=${done} failed=3 expired=${came} invalid=0 gone=0`);
        assert.equal(requests.currentMessages, 0);
      });
    }
  }
});
