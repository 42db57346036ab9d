import assert from 'node:assert/strict';
import { once } from 'node:events';
import fc from 'fast-check';
import { json, MessageQueue, raw, type Message } from 'posix-mqueue';
import {
  EnvelopeError,
  RpcWorker,
  type RpcFailure,
  type RpcHandler,
  type RpcWorkerOptions,
} from 'posix-mqueue/rpc';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { decodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { decodeReply, type Reply } from '#dist/rpc/envelope/reply.js';
import { encodeRequest, type RequestHeader } from '#dist/rpc/envelope/request.js';
import { descriptorsOf, until } from '../support/code.js';
import { vectors } from '../support/vectors.js';

const SMALL = { maxMessages: 4, maxMessageSize: 512 };
const DEAD = { maxMessages: 4, maxMessageSize: 1536 };

describe('RpcWorker', () => {
  let requests: MessageQueue;
  let replies: MessageQueue;
  let worker: RpcWorker;

  beforeEach(() => {
    requests = temporaryQueue(SMALL);
    replies = temporaryQueue(SMALL);
  });
  afterEach(() => worker.close({ timeout: 50 }));

  async function start(
    options: Partial<RpcWorkerOptions> = {},
    handler: RpcHandler = (value) => value,
  ): Promise<{ failures: RpcFailure[]; invalid: [Message, EnvelopeError][] }> {
    worker = new RpcWorker({ requests: requests.name, codec: raw, ...options }, handler);
    const told = { failures: [] as RpcFailure[], invalid: [] as [Message, EnvelopeError][] };
    worker.on('failure', (failure) => told.failures.push(failure));
    worker.on('invalid', (...given) => told.invalid.push(given));
    const ready = once(worker, 'ready');
    void worker.run();
    await ready;
    return told;
  }

  function ask(header: RequestHeader, body = ''): Promise<void> {
    return requests.send(encodeRequest(header, Buffer.from(body)));
  }

  async function reply(): Promise<Reply> {
    return decodeReply((await replies.receive()).data);
  }

  const to = (id: string): RequestHeader => ({ id, replyTo: replies.name });

  it('checks its options before anything is opened', async () => {
    await start();
    const name = { requests: '/a' };
    const handler = (): undefined => undefined;
    const bad: [options: object, handlers: unknown, text: RegExp][] = [
      [{ requests: 'a' }, handler, /no leading slash/],
      [{ ...name, deadLetter: 'b' }, handler, /no leading slash/],
      [{ ...name, deadLetter: '/a' }, handler, /another queue/],
      [{ ...name, concurency: 2 }, handler, /did you mean 'concurrency'/],
      [{ ...name, by: '' }, handler, /'options.by' must be 1 to 64 bytes/],
      [{ ...name, deduplicate: -1 }, handler, /deduplicate/],
      [name, undefined, /'handlers' must be a function, or an object/],
      [name, {}, /'handlers' must be a function, or an object/],
      [name, { a: 1 }, /'handlers.a' must be a function/],
      [{}, handler, /'options.requests'/],
    ];
    for (const [options, handlers, text] of bad) {
      assert.throws(() => new RpcWorker(options as never, handlers as never), text);
    }
  });

  it('makes a queue that is not there, for 10 messages of 2,048 bytes', async () => {
    const name = temporaryName();
    await start({ requests: name });
    const queue = MessageQueue.open(name);
    assert.deepEqual([queue.maxMessages, queue.maxMessageSize], [10, 2048]);
    await queue.close();
  });

  it('answers with the priority of the request, and echoes its id', async () => {
    await start();
    await requests.send(encodeRequest(to('a'), Buffer.from('x')), { priority: 5 });
    const { data, priority } = await replies.receive();
    const { id, body, more } = decodeReply(data);
    assert.deepEqual([id, body.toString(), more, priority], ['a', 'x', false, 5]);
  });

  it('survives whatever comes, buries it unchanged, and answers the next one', async () => {
    const dead = temporaryQueue(DEAD);
    await start({ deadLetter: dead.name });
    const hostile = vectors.invalid
      .filter(({ kind }) => kind === 'request')
      .map(({ bytes }) => Buffer.from(bytes, 'hex'));
    const header = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record(
          {
            id: fc.anything(),
            replyTo: fc.oneof(fc.string(), fc.constant('/..'), fc.constant(requests.name)),
            method: fc.anything(),
            deadline: fc.anything(),
            attempt: fc.anything(),
            meta: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((members) => {
          try {
            return JSON.stringify(members) ?? '';
          } catch {
            return '';
          }
        }),
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 512 }).map((data) => Buffer.from(data)),
      header.map((line) => Buffer.from(`MQ1 ${line}\n\n`)),
      header.map((line) => Buffer.from(`MQ1 ${line}`)),
      fc.constantFrom(...hostile),
    );
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(bytes, async (data) => {
        if (data.length > 512) return;
        const before = worker.stats();
        await requests.send(data, { priority: 2 });
        sent += 1;
        await until(() => worker.stats().received === before.received + 1, 'a message received');
        await until(() => worker.stats().inHand === 0, 'a message done');
        if (worker.stats().invalid === before.invalid) return;
        const letter = await dead.receive();
        assert.equal(letter.priority, 2);
        const { reason, from, original } = decodeDeadLetter(letter.data);
        assert.deepEqual([reason, from], ['envelope', requests.name]);
        assert.deepEqual(original, data);
      }),
      { numRuns: 300, examples: hostile.map((data) => [data]) },
    );
    assert.equal(worker.stats().received, sent);
    assert.equal(worker.stats().lost, 0);
    await ask(to('last'), 'x');
    assert.equal((await reply()).id, 'last');
  });

  it('buries what wants its reply in the queues of the worker', async () => {
    const dead = temporaryQueue(DEAD);
    await start({ deadLetter: dead.name });
    for (const replyTo of [requests.name, dead.name]) {
      await ask({ id: 'a', replyTo });
      const { error, reason } = decodeDeadLetter((await dead.receive()).data);
      assert.equal(reason, 'envelope');
      assert.match(error ?? '', /'replyTo'/);
    }
    assert.deepEqual([worker.stats().invalid, worker.stats().replies], [2, 0]);
  });

  it('makes the queue for dead letters, with room for the line in front', async () => {
    const name = temporaryName();
    await start({ deadLetter: name });
    await requests.send(Buffer.alloc(512));
    await until(() => worker.stats().invalid === 1 && worker.stats().inHand === 0, 'one invalid');
    const dead = MessageQueue.open(name);
    assert.deepEqual([dead.maxMessages, dead.maxMessageSize], [4, 1536]);
    assert.equal(decodeDeadLetter((await dead.receive()).data).original.length, 512);
    await dead.close();
  });

  it('tells what cannot be buried: there is no queue for it, or it does not fit', async () => {
    const { invalid } = await start();
    await requests.send('no request', { priority: 1 });
    await until(() => invalid.length === 1, 'one invalid');
    const [[message, error] = []] = invalid;
    assert.deepEqual(
      [message?.text(), message?.priority, error?.reason],
      ['no request', 1, 'magic'],
    );
    assert.ok(error instanceof EnvelopeError);
    await worker.close();
    const small = temporaryQueue(SMALL);
    const told = await start({ deadLetter: small.name });
    await requests.send(Buffer.alloc(512));
    await until(() => told.invalid.length === 1, 'one invalid');
    assert.deepEqual(
      told.failures.map((each) => (each.error as { code: string }).code),
      ['EMSGSIZE'],
    );
    assert.deepEqual([worker.stats().invalid, worker.stats().lost], [1, 1]);
  });

  it('warns once of what is no request, where nobody listens', async () => {
    await start();
    worker.removeAllListeners('invalid');
    const warned = once(process, 'warning');
    await requests.send('no request: a secret');
    const [warning] = (await warned) as [Error & { code: string }];
    assert.equal(warning.code, 'MQ_ENVELOPE');
    assert.doesNotMatch(warning.message, /secret/);
  });

  it('drops what has expired, and counts it', async () => {
    await start();
    await ask({ ...to('a'), deadline: 1 }, 'late');
    await ask(to('b'), 'x');
    assert.equal((await reply()).id, 'b');
    assert.equal(worker.stats().expired, 1);
  });

  it('counts hosts that are gone, and goes on', async () => {
    await start();
    const gone = temporaryQueue(SMALL);
    await ask({ id: 'a', replyTo: gone.name });
    assert.equal(decodeReply((await gone.receive()).data).id, 'a');
    const others = descriptorsOf(gone.name) - 2;
    await gone[Symbol.asyncDispose]();
    // Its queue is still open here, and would take a reply.
    await until(() => descriptorsOf(gone.name) === others, 'a queue that is closed');
    await ask({ id: 'b', replyTo: gone.name });
    await ask({ id: 'c', replyTo: temporaryName() });
    await ask(to('d'));
    assert.equal((await reply()).id, 'd');
    assert.equal(worker.stats().gone, 2);
  });

  it('waits for a host that is stuck, but only once', async () => {
    await start({ replyTimeout: 50 });
    const full = temporaryQueue({ maxMessages: 1, maxMessageSize: 512 });
    const begun = performance.now();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await ask({ id, replyTo: full.name });
    await ask(to('last'));
    assert.equal((await reply()).id, 'last');
    assert.ok(performance.now() - begun >= 50);
    assert.equal(worker.stats().gone, 4);
    await full.receive();
    await ask({ id: 'f', replyTo: full.name });
    assert.equal(decodeReply((await full.receive()).data).id, 'f');
  });

  it('ends a stream of replies whose host is gone', async () => {
    let left = false;
    await start({}, async function* () {
      try {
        for (;;) yield 'x';
      } finally {
        left = true;
      }
    });
    const gone = temporaryQueue({ maxMessages: 1, maxMessageSize: 512 });
    await ask({ id: 'a', replyTo: gone.name });
    const first = decodeReply((await gone.receive()).data);
    assert.deepEqual([first.more, first.body.toString()], [true, 'x']);
    await gone[Symbol.asyncDispose]();
    await until(() => left, 'the end of the handler');
    await until(() => worker.stats().gone === 1, 'a host that is gone');
  });

  it('closes the queues of hosts that ask no more', async () => {
    await start();
    const { name } = temporaryQueue(SMALL);
    const before = descriptorsOf(name);
    await ask({ id: 'a', replyTo: name });
    await until(() => descriptorsOf(name) === before + 1, 'a queue that is open here');
    await until(() => descriptorsOf(name) === before, 'a queue that is closed again');
  });

  it('answers from memory what it has answered', async () => {
    let worked = 0;
    await start({ deduplicate: 2 }, (value) => {
      worked += 1;
      if (value.toString() === 'bad') throw new Error('no');
      return `${worked}`;
    });
    const answer = async (id: string, body = ''): Promise<string> => {
      await ask(to(id), body);
      const { body: got, error } = await reply();
      return error?.message ?? got.toString();
    };
    assert.deepEqual([await answer('a'), await answer('b'), await answer('a')], ['1', '2', '1']);
    assert.deepEqual([await answer('bad', 'bad'), await answer('bad', 'bad')], ['no', 'no']);
    assert.equal(worked, 3);
    // The oldest is forgotten.
    assert.equal(await answer('a'), '4');
    assert.equal(worker.stats().repeated, 2);
  });

  it('goes on with the queue that gets its name', async () => {
    await start();
    const { name } = requests;
    const [unlinked, reopened] = [once(worker, 'unlinked'), once(worker, 'reopened')];
    MessageQueue.unlink(name);
    assert.deepEqual(await unlinked, [name]);
    const next = MessageQueue.open(name, { create: true, exclusive: true, ...SMALL });
    assert.deepEqual(await reopened, [name]);
    await next.send(encodeRequest(to('a'), Buffer.from('x')));
    assert.equal((await reply()).id, 'a');
    await next.close();
  });

  it('takes a handler table as it is at the time', async () => {
    const handlers: Record<string, () => string> = { a: () => 'a' };
    worker = new RpcWorker({ requests: requests.name, codec: json }, handlers);
    handlers['a'] = () => 'changed';
    handlers['b'] = () => 'b';
    const ready = once(worker, 'ready');
    void worker.run();
    await ready;
    await ask({ ...to('1'), method: 'a' });
    assert.equal((await reply()).body.toString(), '"a"');
    await ask({ ...to('2'), method: 'b' });
    assert.equal((await reply()).error?.code, 'ERR_MQ_METHOD');
  });
});
