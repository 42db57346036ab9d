import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { MessageQueueError, text } from 'posix-mqueue';
import {
  Host,
  PosixTransport,
  type HostOptions,
  type PosixTransportOptions,
  type Transport,
} from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { errorLike, nextTurn } from '../support/code.js';

type Make = (options?: PosixTransportOptions) => Transport;
const transports: [title: string, make: Make][] = [
  ['PosixTransport', (options) => new PosixTransport(options)],
  ['MemoryTransport', () => new MemoryTransport()],
];
const small = { create: true, maxMessages: 4, maxMessageSize: 32 };

for (const [title, make] of transports) {
  describe(`Host over ${title}`, () => {
    let transport: Transport;
    let names: { requests: string; responses: string; transport: Transport; codec: typeof text };
    const hosts: Host<typeof text>[] = [];

    beforeEach(() => {
      transport = make();
      names = { requests: temporaryName(), responses: temporaryName(), transport, codec: text };
    });
    afterEach(async () => {
      for (const host of hosts.splice(0)) await host.close();
      for (const name of [names.requests, names.responses]) {
        await transport.unlink(name).catch(() => undefined);
      }
    });

    function hostOf(options: Partial<HostOptions<typeof text>> = {}): Host<typeof text> {
      const host = new Host({ ...names, ...small, ...options });
      hosts.push(host);
      return host;
    }

    async function put(name: string, ...bodies: string[]): Promise<void> {
      const sender = await transport.openSender(name, small);
      for (const body of bodies) await sender.send(Buffer.from(body));
      await sender.close();
    }

    const messagesIn = async (name: string): Promise<number> =>
      (await transport.stat(name)).messages;

    it('gives a response whose reader has just gone to who reads next', async () => {
      const host = await hostOf().open();
      const sender = await transport.openSender(names.responses);
      for (let turns = 0; turns < 20; turns += 1) {
        const subscription = host.responses$.subscribe(() => assert.fail('has gone'));
        await nextTurn();
        // The response is on its way to the subscriber, but not there.
        const sent = sender.send(Buffer.from(`response ${turns}`));
        subscription.unsubscribe();
        assert.equal(await host.receive({ timeout: 5000 }), `response ${turns}`);
        await sent;
      }
      await sender.close();
    });

    it('gives a response that came for a receive that was aborted to the next', async () => {
      const host = await hostOf().open();
      const sender = await transport.openSender(names.responses);
      const controller = new AbortController();
      const { signal } = controller;
      const aborted = assert.rejects(host.receive({ signal }), { code: 'ABORT_ERR' });
      await nextTurn();
      const sent = sender.send(Buffer.from('a'));
      controller.abort();
      await aborted;
      await sent;
      assert.equal(await host.receive({ timeout: 5000 }), 'a');
      await sender.close();
    });

    it('takes nothing while nobody reads', async () => {
      // Only a wait on the loop is over as soon as it is cancelled.
      transport = names.transport = make({ wait: 'loop' });
      const host = await hostOf().open();
      const subscription = host.responses$.subscribe(() => assert.fail('has gone'));
      await nextTurn();
      subscription.unsubscribe();
      await assert.rejects(host.receive({ timeout: 1 }), { code: 'ETIMEDOUT' });
      await put(names.responses, 'a');
      await nextTurn();
      assert.equal(await messagesIn(names.responses), 1);
      assert.equal(await host.receive({ timeout: 5000 }), 'a');
    });

    it('lets subscribers and receives stand in one line', async () => {
      const host = await hostOf().open();
      const received: string[] = [];
      const subscription = host.responses$.subscribe((value) => received.push(value));
      await nextTurn();
      const receives = [host.receive(), host.receive()];
      await nextTurn();
      await put(names.responses, 'a', 'b', 'c', 'd');
      assert.deepEqual(await Promise.all(receives), ['b', 'c']);
      await nextTurn();
      subscription.unsubscribe();
      assert.deepEqual(received, ['a', 'd']);
    });

    it('tells stale messages of both queues before anything is sent', async () => {
      await put(names.requests, 'old task');
      await put(names.responses, 'old response 1', 'old response 2');
      const host = hostOf();
      const stale: string[] = [];
      host.on('stale', (message, queue) => {
        stale.push(`${queue === names.requests ? 'request' : 'response'}: ${message.text()}`);
      });
      await host.send('new task');
      assert.deepEqual(stale, [
        'request: old task',
        'response: old response 1',
        'response: old response 2',
      ]);
      assert.equal(await messagesIn(names.requests), 1);
      assert.equal(await messagesIn(names.responses), 0);
    });

    it('warns of stale messages that nobody listens for', async () => {
      await put(names.responses, 'a', 'b');
      const warnings: (Error & { code?: string })[] = [];
      const collect = (warning: Error): unknown => warnings.push(warning);
      process.on('warning', collect);
      await hostOf().open();
      await nextTurn();
      process.off('warning', collect);
      assert.deepEqual(
        warnings.map((each) => each.code),
        ['MQ_STALE'],
      );
      assert.match(warnings[0]?.message ?? '', /^2 messages .*/);
    });

    it('keeps the tasks in a queue that is not its own', async () => {
      await put(names.requests, 'task of another host');
      const host = hostOf({ unlink: false });
      host.on('stale', () => assert.fail('not stale'));
      await host.open();
      await host.close();
      assert.equal(await messagesIn(names.requests), 1);
    });

    it('can create its queues exclusively', async () => {
      const host = await hostOf({ exclusive: true }).open();
      await host.send('a');
      assert.equal(await messagesIn(names.requests), 1);
      await host.close();
      await assert.rejects(transport.stat(names.requests), { code: 'ENOENT' });
      await assert.rejects(transport.stat(names.responses), { code: 'ENOENT' });
    });

    it('unlinks nothing that it has not opened', async () => {
      await put(names.requests, 'task of another host');
      await hostOf().close();
      assert.equal(await messagesIn(names.requests), 1);
      const second = hostOf({ exclusive: true });
      const exists = errorLike(MessageQueueError, { code: 'EEXIST', queue: names.requests });
      await assert.rejects(second.open(), exists);
      await second.close();
      assert.equal(await messagesIn(names.requests), 1);
      // This one it had created before the other one failed.
      await assert.rejects(transport.stat(names.responses), { code: 'ENOENT' });
    });

    it('tries again after an opening that failed', async () => {
      const host = hostOf({ create: false });
      await assert.rejects(host.send('a'), { code: 'ENOENT' });
      await put(names.requests);
      await put(names.responses);
      await host.send('a');
      assert.equal(await messagesIn(names.requests), 1);
    });

    it('opens nothing for a call that was aborted before', async () => {
      const host = hostOf();
      const signal = AbortSignal.abort('reason');
      const isAbort = { name: 'AbortError', code: 'ABORT_ERR', cause: 'reason' };
      await assert.rejects(host.send('a', { signal }), isAbort);
      await assert.rejects(host.receive({ signal }), isAbort);
      await assert.rejects(transport.stat(names.requests), { code: 'ENOENT' });
    });

    it('leaves no listener at a signal', async () => {
      const host = await hostOf().open();
      const { signal } = new AbortController();
      await put(names.responses, 'a', 'b');
      await host.send('a', { signal, timeout: 5000 });
      await host.send('a', { signal });
      await host.receive({ signal, timeout: 5000 });
      await host.receive({ signal });
      await assert.rejects(host.receive({ signal, timeout: 1 }), { code: 'ETIMEDOUT' });
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    });

    it('settles what waits when it is closed', async () => {
      const host = hostOf({ maxMessages: 1 });
      await host.send('fills the queue');
      const isClosed = errorLike(MessageQueueError, { code: 'ERR_MQ_CLOSED' });
      const waiting = [
        assert.rejects(host.receive(), isClosed),
        assert.rejects(host.receive({ timeout: 60_000 }), isClosed),
        assert.rejects(host.send('waits'), isClosed),
      ];
      await nextTurn();
      await host.close();
      await Promise.all(waiting);
    });

    it('completes the responses of who subscribes after the end', async () => {
      const host = await hostOf().open();
      await host.close();
      await new Promise<void>((resolve, reject) => {
        host.responses$.subscribe({ complete: resolve, error: reject });
      });
    });

    it('emits close once', async () => {
      const host = await hostOf().open();
      let closes = 0;
      host.on('close', () => (closes += 1));
      await Promise.all([host.close(), host[Symbol.asyncDispose](), host.close()]);
      await nextTurn();
      assert.equal(closes, 1);
    });
  });
}

describe('Host over a transport that takes its time', () => {
  /** Counts what is open, and opens receivers as `open` does. */
  class Slow extends MemoryTransport {
    open = 0;
    before: () => Promise<void> = async () => undefined;

    override async openReceiver(...parameters: Parameters<MemoryTransport['openReceiver']>) {
      await this.before();
      const receiver = await super.openReceiver(...parameters);
      this.open += 1;
      return {
        next: (signal?: AbortSignal) => receiver.next(signal),
        close: async () => {
          this.open -= 1;
          await receiver.close();
        },
      };
    }
  }

  const options = { requests: '/requests', responses: '/responses', codec: text, ...small };

  it('gives up an opening by signal', async () => {
    const transport = new Slow();
    let go = (): void => undefined;
    transport.before = () => new Promise((resolve) => (go = resolve));
    const host = new Host({ ...options, transport });
    const controller = new AbortController();
    const { signal } = controller;
    const sending = assert.rejects(host.send('a', { signal }), { code: 'ABORT_ERR' });
    controller.abort();
    await sending;
    transport.before = async () => undefined;
    go();
    await host.send('b');
    assert.equal((await transport.stat('/requests')).messages, 1);
    await host.close();
  });

  it('leaves nothing open when several openings fail and are tried again', async () => {
    const transport = new Slow();
    const host = new Host({ ...options, transport });
    let failing = true;
    transport.before = async () => {
      if (failing) throw new Error('no');
      await nextTurn();
    };
    const again = async (): Promise<void> => {
      await assert.rejects(host.open(), /no/);
      failing = false;
      await host.open();
    };
    await Promise.all([again(), again(), again()]);
    assert.equal(transport.open, 1);
    await host.close();
    assert.equal(transport.open, 0);
  });
});
