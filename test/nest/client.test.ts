import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { json, MessageQueueError } from 'posix-mqueue';
import {
  PosixMqueueClient,
  PosixMqueueRecord,
  PosixMqueueRecordBuilder,
  type PosixMqueueClientOptions,
} from 'posix-mqueue/nest';
import { PosixTransport, RpcError, RpcHost, type RpcContext } from 'posix-mqueue/rpc';
import type { TransportState } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { BehaviorSubject, firstValueFrom, lastValueFrom, NEVER, of } from 'rxjs';
import { errorLike, until } from '../support/code.js';
import { gate } from '../support/gate.js';
import { allOf, failureOf } from '../support/nest.js';
import { RpcBench, SIZES } from '../support/rpc.js';

describe('PosixMqueueClient', () => {
  let bench: RpcBench;
  const clients: PosixMqueueClient[] = [];
  const contexts: RpcContext[] = [];

  beforeEach(() => {
    contexts.length = 0;
    bench = new RpcBench(new PosixTransport());
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await bench.close();
  });

  function client(options: Partial<PosixMqueueClientOptions> = {}): PosixMqueueClient {
    const made = new PosixMqueueClient({ requests: bench.requests, ...SIZES, ...options });
    clients.push(made);
    return made;
  }

  const note = (value: unknown, context: RpcContext): unknown => {
    contexts.push(context);
    return value;
  };

  it('asks workers that know no Nest, and hears of their errors', async () => {
    await bench.worker({
      echo: note,
      '{"cmd":"count"}': () => of(1, 2),
      fail: () => {
        throw new RpcError('E_OWN', 'mine', { data: { at: 1 } });
      },
    });
    const asking = client();
    assert.deepEqual(await allOf(asking.send('echo', { a: 1 })), [{ a: 1 }]);
    assert.deepEqual(await allOf(asking.send({ cmd: 'count' }, 0)), [1, 2]);
    const error = await failureOf(asking.send('fail', 0));
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.code, error.message, error.data], ['E_OWN', 'mine', { at: 1 }]);
    const none = await failureOf(asking.send('nobody', 0));
    assert.equal((none as RpcError).code, 'ERR_MQ_METHOD');
    await lastValueFrom(asking.emit('echo', 'told'), { defaultValue: 0 });
    await until(() => contexts.length === 2, 'a notification');
    assert.deepEqual(
      contexts.map(({ notification }) => notification),
      [false, true],
    );
  });

  it('sends with the options of a record, and else with its own', async () => {
    await bench.worker({ echo: note });
    const asking = client({ priority: 3 });
    const record = new PosixMqueueRecordBuilder(1)
      .setOptions({ priority: 7, timeout: 60_000, meta: { tenant: 'a' } })
      .build();
    assert.ok(record instanceof PosixMqueueRecord);
    assert.equal(await firstValueFrom(asking.send('echo', record)), 1);
    assert.equal(await firstValueFrom(asking.send('echo', 2)), 2);
    await lastValueFrom(asking.emit('echo', record), { defaultValue: 0 });
    await lastValueFrom(asking.emit('echo', 3), { defaultValue: 0 });
    await until(() => contexts.length === 4, 'two requests and two events');
    assert.deepEqual(
      contexts.map(({ priority, meta }) => [priority, meta['tenant']]),
      [
        [7, 'a'],
        [3, undefined],
        [7, 'a'],
        [3, undefined],
      ],
    );
    assert.ok(contexts[0]?.deadline !== undefined);
    assert.equal(contexts[1]?.deadline, undefined, 'without an option it waits for ever');
    assert.throws(
      () => new PosixMqueueRecordBuilder(1).setOptions({ priority: -1 }).build(),
      /'options\.priority' must be a whole number from 0 to 32767/,
    );
  });

  it('gives up when its timeout is over, or by a signal', async () => {
    await bench.worker({ never: () => NEVER }, { concurrency: 2 });
    const timedOut = await failureOf(client({ timeout: 20 }).send('never', 0));
    assert.equal((timedOut as MessageQueueError).code, 'ETIMEDOUT');
    const controller = new AbortController();
    const record = new PosixMqueueRecord(0, { signal: controller.signal });
    const aborted = failureOf(client().send('never', record));
    controller.abort();
    assert.equal(((await aborted) as MessageQueueError).code, 'ABORT_ERR');
  });

  it('does not count a request that its subscriber has left', async () => {
    await bench.worker({ never: () => NEVER });
    const asking = client();
    await asking.connect();
    const subscription = asking.send('never', 0).subscribe();
    const host = asking.unwrap<RpcHost>();
    await until(() => host.stats().open === 1, 'an open request');
    subscription.unsubscribe();
    assert.equal(host.stats().open, 0);
  });

  it('gives its host, and the events of it, also of the next one', async () => {
    const asking = client();
    let closes = 0;
    asking.on('close', () => (closes += 1));
    const first = asking.unwrap<RpcHost>();
    assert.ok(first instanceof RpcHost);
    for (const each of [1, 2]) {
      await asking.connect();
      await asking.close();
      await until(() => closes === each, 'the end of a host');
    }
    assert.notEqual(asking.unwrap(), first);
  });

  it('sends nothing once it is closed, and opens nothing again', async () => {
    const [begun, waiting] = [gate(), gate()];
    const serialize = async (packet: object): Promise<object> => {
      begun.open();
      await waiting.opened;
      return packet;
    };
    const asking = client({ serializer: { serialize } });
    const error = failureOf(asking.send('echo', 0));
    await begun.opened;
    await asking.close();
    waiting.open();
    assert.equal(((await error) as MessageQueueError).code, 'ERR_MQ_CLOSED');
    assert.match(inspect(asking.unwrap()), /open: false/);
  });

  it('fails to connect, and connects when it can', async () => {
    const options = { create: false };
    const asking = client(options);
    await assert.rejects(asking.connect(), errorLike(MessageQueueError, { code: 'ENOENT' }));
    assert.equal(((await failureOf(asking.send('a', 0))) as MessageQueueError).code, 'ENOENT');
    await bench.worker({ echo: note });
    assert.equal(await firstValueFrom(asking.send('echo', 1)), 1);
  });

  it('tells by its status what becomes of the link of a transport', async () => {
    class Linked extends MemoryTransport {
      readonly state = new BehaviorSubject<TransportState>('connected');
      override readonly state$ = this.state;
    }
    const transport = new Linked();
    const asking = client({ transport });
    const states: string[] = [];
    asking.status.subscribe((state) => states.push(state));
    await asking.connect();
    for (const state of ['blocked', 'connecting', 'connected'] as const) {
      transport.state.next(state);
    }
    await asking.close();
    transport.state.next('closed');
    assert.deepEqual(states, ['connected', 'disconnected', 'connected', 'disconnected']);
  });

  it('takes a codec that checks what comes', async () => {
    await bench.worker({ echo: note });
    const codec = json((value: unknown) => {
      if (typeof value !== 'number') throw new TypeError('no number');
      return value;
    });
    const asking = client({ codec });
    assert.equal(await firstValueFrom(asking.send('echo', 1)), 1);
    const error = await failureOf(asking.send('echo', 'x'));
    assert.equal((error as MessageQueueError).code, 'ERR_MQ_INVALID_MESSAGE');
  });

  it('names options that are wrong, and what is right', () => {
    const wrong = (options: object, text: RegExp): void => {
      assert.throws(() => new PosixMqueueClient({ requests: '/jobs', ...options } as never), text);
    };
    wrong({ timeOut: 1 }, /PosixMqueueClient.*did you mean 'timeout'/s);
    wrong({ timeout: -1 }, /'options\.timeout' must be from 0/);
    wrong({ serializer: 1 }, /'options\.serializer' must be an object with serialize\(\)/);
    wrong({ requests: 'no-slash' }, /no-slash/);
    assert.throws(() => new PosixMqueueClient({} as never), /'options\.requests'/);
  });
});
