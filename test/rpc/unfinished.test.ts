import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, text } from 'posix-mqueue';
import { RpcHost, RpcWorker, type RpcHandler } from 'posix-mqueue/rpc';
import { temporaryQueue } from 'posix-mqueue/testing';
import { decodeReply } from '#dist/rpc/envelope/reply.js';
import { encodeRequest } from '#dist/rpc/envelope/request.js';
import { nextTurn } from '../support/code.js';
import { gate } from '../support/gate.js';

const SMALL = { maxMessages: 4, maxMessageSize: 512 };
const newHost = (requests: string) => new RpcHost({ requests, codec: text });
const never = (): Promise<never> => new Promise(() => undefined);

describe('an RpcWorker with redelivery whose time is over', () => {
  let requests: string;
  let host: ReturnType<typeof newHost>;

  beforeEach(() => {
    requests = temporaryQueue(SMALL).name;
    host = newHost(requests);
  });
  afterEach(() => host.close());

  async function start(handler: RpcHandler<typeof text>, redelivery = true) {
    const worker = new RpcWorker({ requests, codec: text, redelivery }, handler);
    const ready = once(worker, 'ready');
    const running = worker.run();
    await ready;
    return { worker, running };
  }

  /** One that is closed with this in hand, and has told nobody of a failure. */
  async function interrupted(ask: () => void): Promise<RpcWorker<typeof text>> {
    const begun = gate();
    const { worker, running } = await start(() => {
      begun.open();
      return never();
    });
    worker.on('failure', ({ error }) => assert.fail(error as Error));
    ask();
    await begun.opened;
    await worker.close({ timeout: 1 });
    await running;
    const { unfinished, failed, latency } = worker.stats();
    assert.deepEqual([unfinished, failed, latency.count], [1, 0, 0]);
    return worker;
  }

  it('leaves a request to the next one, which answers it', async () => {
    let reply: Promise<string> | undefined;
    await interrupted(() => (reply = host.request('a')));
    const { worker } = await start((request) => `${request} of the next`);
    assert.equal(await reply, 'a of the next');
    await worker.close();
  });

  it('leaves a notification to the next one', async () => {
    await interrupted(() => void host.notify('b'));
    const begun = gate();
    let notified: unknown;
    const { worker } = await start((request) => {
      notified = request;
      begun.open();
    });
    await begun.opened;
    assert.equal(notified, 'b');
    await worker.close();
  });

  it('tells who asked that it failed where a part of the answer is there, and does not begin anew', async () => {
    const { worker, running } = await start(async function* () {
      yield 'one';
      await never();
    });
    const values: string[] = [];
    const failed = assert.rejects(
      async () => {
        for await (const value of host.requestMany('c')) {
          values.push(value);
          void worker.close({ timeout: 1 });
        }
      },
      { code: 'ABORT_ERR' },
    );
    await failed;
    await running;
    assert.deepEqual([values, worker.stats().unfinished, worker.stats().failed], [['one'], 0, 1]);
  });

  it('leaves a request whose reply has no room yet', async () => {
    const replies = temporaryQueue({ maxMessages: 1, maxMessageSize: 512 });
    await replies.send('in the way');
    const queue = MessageQueue.open(requests);
    const { worker, running } = await start((request) => `${request} done`);
    await queue.send(encodeRequest({ id: 'e', replyTo: replies.name }, Buffer.from('e')));
    while (worker.stats().inHand === 0) await nextTurn();
    await worker.close({ timeout: 1 });
    await running;
    const { unfinished, gone, processed } = worker.stats();
    assert.deepEqual([unfinished, gone, processed], [1, 0, 0]);
    await replies.receive();
    const next = await start((request) => `${request} done by the next`);
    const reply = decodeReply((await replies.receive()).data);
    assert.deepEqual([reply.id, reply.body.toString()], ['e', 'e done by the next']);
    await next.worker.close();
    await queue.close();
  });

  it('tells who asked that it failed without redelivery', async () => {
    const begun = gate();
    const { worker, running } = await start(() => {
      begun.open();
      return never();
    }, false);
    const failed = assert.rejects(host.request('d'), { code: 'ABORT_ERR' });
    await begun.opened;
    await worker.close({ timeout: 1 });
    await Promise.all([running, failed]);
    assert.deepEqual([worker.stats().unfinished, worker.stats().failed], [0, 1]);
  });
});
