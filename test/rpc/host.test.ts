import assert from 'node:assert/strict';
import fc from 'fast-check';
import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { MessageQueue, text, type Message } from 'posix-mqueue';
import {
  EnvelopeError,
  PosixTransport,
  RpcHost,
  type AnyMethods,
  type RpcHostOptions,
} from 'posix-mqueue/rpc';
import type { Receiver } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { encodeReply } from '#dist/rpc/envelope/reply.js';
import { decodeRequest, type Request } from '#dist/rpc/envelope/request.js';
import { until } from '../support/code.js';
import { vectors } from '../support/vectors.js';

const SMALL = { maxMessages: 4, maxMessageSize: 512 };

describe('RpcHost', () => {
  let requests: MessageQueue;
  let host: RpcHost<AnyMethods, typeof text>;

  beforeEach(() => {
    requests = temporaryQueue(SMALL);
  });
  afterEach(() => host.close());

  function make(options: Partial<RpcHostOptions<typeof text>> = {}): typeof host {
    host = new RpcHost({ requests: requests.name, codec: text, ...options });
    return host;
  }

  /** What a worker would take, and the queue that it would answer in. */
  async function taken(): Promise<{ request: Request; replies: MessageQueue }> {
    const request = decodeRequest((await requests.receive()).data);
    return { request, replies: MessageQueue.open(request.replyTo ?? '', { access: 'write' }) };
  }

  const body = (value: string): Buffer => Buffer.from(value);

  it('checks its options before anything is opened', async () => {
    make();
    const bad: [options: object, text: RegExp][] = [
      [{ requests: 'a' }, /no leading slash/],
      [{}, /'options.requests'/],
      [{ requests: '/a', replies: 5 }, /'options' must be an object \(RpcHost, 'replies'\)/],
      [{ requests: '/a', replies: { maxMesages: 1 } }, /did you mean 'maxMessages'/],
      [{ requests: '/a', timeout: 5 }, /RpcHost has no option 'timeout'/],
    ];
    for (const [options, told] of bad) {
      assert.throws(() => new RpcHost(options as RpcHostOptions), told);
    }
    const wrong: [options: object, code: string][] = [
      [{ timeot: 5 }, 'ERR_MQ_UNKNOWN_OPTION'],
      [{ timeout: -1 }, 'ERR_OUT_OF_RANGE'],
      [{ method: 5 }, 'ERR_INVALID_ARG_TYPE'],
      [{ method: '' }, 'ERR_OUT_OF_RANGE'],
      [{ meta: { a: 1 } }, 'ERR_INVALID_ARG_TYPE'],
      [{ retries: Infinity }, 'ERR_INVALID_ARG_VALUE'],
      [{ retries: 1, timeout: Infinity }, 'ERR_INVALID_ARG_VALUE'],
    ];
    for (const [options, code] of wrong) {
      await assert.rejects(host.request('x', options), { code });
      assert.throws(() => host.requestMany('x', options), { code });
      assert.throws(() => host.requestAll(['x'], options), { code });
      assert.throws(() => host.requestTransform(options), { code });
    }
    assert.match(inspect(host), /RpcHost \{.*open: false/s);
  });

  it('has a private reply queue of 4 messages as large as the requests, or as it is told', async () => {
    for (const [options, sizes] of [
      [{}, [4, 512, 0o600]],
      [{ replies: { maxMessages: 2, maxMessageSize: 256 } }, [2, 256, 0o600]],
    ] as const) {
      make(options);
      const open = assert.rejects(host.request('x'), { code: 'ERR_MQ_CLOSED' });
      const { request, replies } = await taken();
      assert.match(request.replyTo ?? '', /^\/mq-reply-[0-9a-f]{16}$/);
      assert.match(request.id ?? '', /^[0-9a-f]{4}\.1$/);
      const { maxMessages, maxMessageSize } = replies;
      assert.deepEqual([maxMessages, maxMessageSize, replies.stat().mode], sizes);
      await replies.close();
      await host.close();
      await open;
      assert.throws(() => MessageQueue.open(request.replyTo ?? ''), { code: 'ENOENT' });
    }
  });

  it('sends requests in the order of the calls, also of those before it is open', async () => {
    make();
    const open = ['a', 'b', 'c'].map((each) => host.request(each).catch(() => undefined));
    await host.open();
    open.push(host.request('d').catch(() => undefined));
    for (const expected of ['a', 'b', 'c', 'd']) {
      const { request, replies } = await taken();
      assert.equal(request.body.toString(), expected);
      await replies.close();
    }
    await host.close();
    await Promise.all(open);
  });

  it('survives whatever is in its reply queue, and still finds its reply', async () => {
    make();
    const invalid: [Message, EnvelopeError][] = [];
    host.on('invalid', (...told) => invalid.push(told));
    const open = host.request('x');
    const { request, replies } = await taken();
    const hostile = vectors.invalid
      .filter(({ kind }) => kind === 'reply')
      .map(({ bytes }) => Buffer.from(bytes, 'hex'));
    const header = fc
      .record(
        { id: fc.anything(), more: fc.anything(), error: fc.anything(), by: fc.anything() },
        { requiredKeys: [] },
      )
      .map((members) => {
        try {
          return JSON.stringify(members) ?? '';
        } catch {
          return '';
        }
      });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 512 }).map((data) => Buffer.from(data)),
      header.map((line) => Buffer.from(`MQ1 ${line}\n\n`)),
      fc.constantFrom(...hostile),
    );
    let sent = 0;
    const seen = (): number => host.stats().invalid + host.stats().late;
    await fc.assert(
      fc.asyncProperty(bytes, async (data) => {
        if (data.length > 512) return;
        await replies.send(data);
        sent += 1;
        await until(() => seen() === sent, 'all replies seen');
      }),
      { numRuns: 300, examples: hostile.map((data) => [data]) },
    );
    assert.ok(invalid.length >= hostile.length);
    assert.equal(invalid.length, host.stats().invalid);
    assert.ok(invalid.every(([, error]) => error instanceof EnvelopeError));
    await replies.send(encodeReply({ id: `${request.id}0` }, body('of another')));
    await replies.send(encodeReply({ id: request.id ?? '' }, body('mine')));
    assert.equal(await open, 'mine');
    await replies.send(encodeReply({ id: request.id ?? '' }, body('doubled')));
    const late = host.stats().late + 1;
    await until(() => host.stats().late === late, 'a doubled reply');
    await replies.close();
  });

  it('sends no more once a first reply has come', async () => {
    make();
    const values: string[] = [];
    const done = host
      .requestMany('x', { attemptTimeout: 200, timeout: 9000 })
      .forEach((value) => values.push(value));
    const { request, replies } = await taken();
    const id = request.id ?? '';
    await replies.send(encodeReply({ id, more: true }, body('1')));
    await until(() => values.length === 1, 'a first reply');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(requests.currentMessages, 0);
    await replies.send(encodeReply({ id, more: true }, body('')));
    await replies.send(encodeReply({ id }, body('')));
    await done;
    assert.deepEqual([values, host.stats().retries], [['1', ''], 0]);
    await replies.close();
  });

  it('goes on with the request queue that gets the name', async () => {
    make();
    await host.open();
    const { name } = requests;
    MessageQueue.unlink(name);
    const open = host.request('x');
    await until(() => host.stats().open === 1, 'an open request');
    const next = MessageQueue.open(name, { create: true, exclusive: true, ...SMALL });
    const request = decodeRequest((await next.receive()).data);
    const replies = MessageQueue.open(request.replyTo ?? '', { access: 'write' });
    await replies.send(encodeReply({ id: request.id ?? '' }, body('y')));
    assert.equal(await open, 'y');
    await Promise.all([replies.close(), next.close()]);
  });

  it('tells all who wait when its reply queue fails, and opens another for the next', async () => {
    const receivers: Receiver[] = [];
    class Failing extends PosixTransport {
      override async openReceiver(
        ...given: Parameters<PosixTransport['openReceiver']>
      ): Promise<Receiver> {
        const receiver = await super.openReceiver(...given);
        receivers.push(receiver);
        return receiver;
      }
    }
    make({ transport: new Failing({ onMismatch: 'keep' }) });
    const open = host.request('x');
    const first = await taken();
    const rejected = assert.rejects(open, { code: 'ERR_MQ_CLOSED' });
    await receivers[0]?.close();
    await rejected;
    const again = host.request('y');
    const { request, replies } = await taken();
    assert.notEqual(request.replyTo, first.request.replyTo);
    await replies.send(encodeReply({ id: request.id ?? '' }, body('z')));
    assert.equal(await again, 'z');
    await Promise.all([first.replies.close(), replies.close()]);
  });

  it('rejects where its queue cannot be opened, and tries again', async () => {
    const name = temporaryName();
    host = new RpcHost({ requests: name, codec: text, create: false });
    await assert.rejects(host.request('x'), { code: 'ENOENT', queue: name });
    await assert.rejects(host.open(), { code: 'ENOENT' });
    const queue = MessageQueue.open(name, { create: true, ...SMALL });
    await host.notify('x');
    assert.equal(decodeRequest((await queue.receive()).data).id, undefined);
    await queue.close();
  });

  it('keeps the async context of who subscribes', async () => {
    make();
    const storage = new AsyncLocalStorage<string>();
    const contexts: (string | undefined)[] = [];
    const done = storage.run('mine', () =>
      host.requestMany('x').forEach(() => contexts.push(storage.getStore())),
    );
    const { request, replies } = await taken();
    await replies.send(encodeReply({ id: request.id ?? '' }, body('y')));
    await done;
    assert.deepEqual(contexts, ['mine']);
    await replies.close();
  });
});
