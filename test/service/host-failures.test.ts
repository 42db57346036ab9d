import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueueError, text } from 'posix-mqueue';
import {
  Host,
  PosixTransport,
  Worker,
  type HostOptions,
  type Transport,
} from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { turn } from '#dist/queue/line/turn.js';
import { errorLike, nextTurn } from '../support/code.js';

/** A transport that fails where a test says so. */
interface Failing extends Transport {
  /** Thrown where there is something. */
  fault: (call: 'openSender' | 'unlink', name: string) => Error | undefined;
}

type Base = new () => Transport;

function failing(base: Base): Failing {
  return new (class extends base implements Failing {
    fault: Failing['fault'] = () => undefined;

    override async openSender(...parameters: Parameters<Transport['openSender']>) {
      this.#meet('openSender', parameters[0]);
      return super.openSender(...parameters);
    }

    override async unlink(name: string): Promise<void> {
      this.#meet('unlink', name);
      await super.unlink(name);
    }

    #meet(call: 'openSender' | 'unlink', name: string): void {
      const error = this.fault(call, name);
      if (error !== undefined) throw error;
    }
  })();
}

const small = { create: true, maxMessages: 2, maxMessageSize: 16 };
const absent = { code: 'ENOENT' };

for (const base of [PosixTransport, MemoryTransport] as Base[]) {
  describe(`Host over a ${base.name} that fails`, () => {
    let transport: Failing;
    let names: { requests: string; responses: string };

    beforeEach(() => {
      transport = failing(base);
      names = { requests: temporaryName(), responses: temporaryName() };
    });
    afterEach(async () => {
      transport.fault = () => undefined;
      for (const name of Object.values(names)) await transport.unlink(name).catch(() => undefined);
    });

    const hostOf = (options: Partial<HostOptions<typeof text>> = {}): Host<typeof text> =>
      new Host({ ...names, ...small, transport, codec: text, ...options });

    async function create(name: string): Promise<void> {
      await (await transport.openSender(name, small)).close();
    }

    for (const unlink of [true, false]) {
      it(`can open exclusively once the other queue is gone, unlink: ${unlink}`, async () => {
        await create(names.requests);
        await using host = hostOf({ exclusive: true, unlink });
        const exists = errorLike(MessageQueueError, { code: 'EEXIST', queue: names.requests });
        for (let tries = 0; tries < 2; tries += 1) {
          await assert.rejects(host.open(), exists);
          await assert.rejects(transport.stat(names.responses), absent);
        }
        await transport.unlink(names.requests);
        await host.send('a');
        assert.equal((await transport.stat(names.requests)).messages, 1);
      });
    }

    it('leaves the queue of another alone when it cannot open exclusively', async () => {
      await create(names.responses);
      const host = hostOf({ exclusive: true });
      const exists = errorLike(MessageQueueError, { code: 'EEXIST', queue: names.responses });
      await assert.rejects(host.open(), exists);
      await host.close();
      assert.equal((await transport.stat(names.responses)).messages, 0);
    });

    it('leaves a queue that need not be its own when it cannot open', async () => {
      await using host = hostOf();
      transport.fault = (call) => (call === 'openSender' ? new Error('no') : undefined);
      await assert.rejects(host.open(), /^Error: no$/);
      assert.equal((await transport.stat(names.responses)).messages, 0);
    });

    it('unlinks the second queue and emits close when the first cannot be unlinked', async () => {
      for (const stays of [names.requests, names.responses]) {
        const host = await hostOf().open();
        const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
        transport.fault = (call, name) =>
          call === 'unlink' && name === stays ? denied : undefined;
        const closed = once(host, 'close');
        await assert.rejects(host.close(), denied);
        await closed;
        const gone = stays === names.requests ? names.responses : names.requests;
        await assert.rejects(transport.stat(gone), absent);
        assert.equal((await transport.stat(stays)).messages, 0);
      }
    });

    it('rejects with the first of two failures to unlink', async () => {
      const host = await hostOf().open();
      const tried: string[] = [];
      transport.fault = (call, name) => {
        if (call !== 'unlink') return undefined;
        tried.push(name);
        return new Error(`no ${name}`);
      };
      const closed = once(host, 'close');
      await assert.rejects(host.close(), (error: Error) => error.message === `no ${tried[0]}`);
      await closed;
      assert.deepEqual(tried.toSorted(), Object.values(names).toSorted());
    });
  });
}

describe('Host that is closed with a response in hand', () => {
  it('warns of it where its queue stays', async () => {
    const transport = new MemoryTransport();
    const names = { requests: '/requests', responses: '/responses' };
    const host = await new Host({ ...names, transport, unlink: false }).open();
    const subscription = host.responses$.subscribe(() => assert.fail('has gone'));
    await nextTurn();
    const sender = await transport.openSender(names.responses);
    // Else it waits for the event loop, in the queue.
    await turn.opened();
    // The response is on its way to the subscriber, but not there.
    const sent = sender.send(Buffer.from('a'));
    subscription.unsubscribe();
    await sent;
    const warned = once(process, 'warning');
    await host.close();
    const [warning] = (await warned) as [Error & { code?: string }];
    assert.equal(warning.code, 'MQ_UNDELIVERED');
    assert.match(warning.message, /^1 response had been taken from queue '\/responses' .*receive/);
  });
});

describe('the options for the queues of the kernel', () => {
  const names = { requests: '/requests', responses: '/responses' };

  it('are refused beside a PosixTransport, which is made with them', () => {
    const options = { ...names, transport: new PosixTransport(), mode: 0o640 };
    const expected = { code: 'ERR_INVALID_ARG_VALUE', message: /options\.mode.*when it is made/ };
    assert.throws(() => new Host(options), expected);
    assert.throws(() => new Worker(options, () => undefined), expected);
  });

  it('say nothing to another transport', async () => {
    const options = { ...names, transport: new MemoryTransport(), mode: 0o640, reopen: true };
    const host = await new Host(options).open();
    await host.close();
  });
});
