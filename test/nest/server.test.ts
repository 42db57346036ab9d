import assert from 'node:assert/strict';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import { json, MessageQueue, raw, type AnyCodec } from 'posix-mqueue';
import {
  PosixMqueueClient,
  PosixMqueueContext,
  PosixMqueueServer,
  POSIX_MQUEUE,
} from 'posix-mqueue/nest';
import {
  PosixTransport,
  RpcError,
  RpcHost,
  type AnyMethods,
  type RpcWorker,
} from 'posix-mqueue/rpc';
import { firstValueFrom, lastValueFrom, NEVER, of, toArray, type Observable } from 'rxjs';
import { temporaryName } from 'posix-mqueue/testing';
import { errorLike, until } from '../support/code.js';
import { gate } from '../support/gate.js';
import { failureOf, moduleOf, NestBench, queueLink } from '../support/nest.js';

const happened: unknown[] = [];
let [begun, waiting] = [gate(), gate()];

@Controller()
class ServedController {
  @MessagePattern('sum')
  sum(numbers: number[]): number {
    return numbers.reduce((a, b) => a + b, 0);
  }

  @MessagePattern({ cmd: 'count' })
  count(to: number): Observable<number> {
    return of(...Array.from({ length: to }, (_, index) => index + 1));
  }

  @MessagePattern('context')
  context(@Ctx() context: PosixMqueueContext, @Payload() data: unknown): unknown {
    const { id, priority, notification, attempt } = context.getMessage();
    const { constructor } = context;
    const about = [typeof id, priority, notification, attempt, context.getMetadata()];
    return [constructor === PosixMqueueContext, data, ...about];
  }

  @MessagePattern('wait')
  async wait(value: unknown): Promise<unknown> {
    begun.open();
    await waiting.opened;
    happened.push(value);
    return value;
  }

  @MessagePattern('never')
  never(@Ctx() context: PosixMqueueContext): Observable<never> {
    context.getMessage().signal.addEventListener('abort', () => happened.push('aborted'));
    begun.open();
    return NEVER;
  }

  @EventPattern('event')
  async event(value: unknown): Promise<void> {
    begun.open();
    await waiting.opened;
    happened.push(value);
  }

  @EventPattern<string>('fails')
  fails(): void {
    throw new Error('fails');
  }

  @MessagePattern('bytes')
  bytes(value: Buffer): Buffer {
    return value.reverse();
  }

  @MessagePattern('queue-only', POSIX_MQUEUE)
  queueOnly(): string {
    return 'by the queue';
  }
}

const module = moduleOf({ controllers: [ServedController] });

describe('PosixMqueueServer', () => {
  let bench: NestBench;
  let requests: string;
  const sizes = { maxMessages: 4, maxMessageSize: 512 };

  beforeEach(() => {
    happened.length = 0;
    [begun, waiting] = [gate(), gate()];
    bench = new NestBench(queueLink(new PosixTransport()));
    requests = temporaryName();
  });
  afterEach(async () => {
    waiting.open();
    await bench.close();
    await new PosixTransport().unlink(requests).catch(() => undefined);
  });

  async function serve(options: object = {}): Promise<PosixMqueueServer> {
    const strategy = new PosixMqueueServer({ requests, ...sizes, ...options });
    await bench.listen(strategy, module);
    return strategy;
  }

  function host<C extends AnyCodec>(codec: C): RpcHost<AnyMethods, C> {
    const made = new RpcHost<AnyMethods, C>({ requests, codec });
    bench.later(() => made.close());
    return made;
  }

  function client(): PosixMqueueClient {
    const made = new PosixMqueueClient({ requests, ...sizes });
    bench.later(() => made.close());
    return made;
  }

  it('answers hosts that know no Nest: the pattern is the method, the data the body', async () => {
    await serve();
    const asking = host(json);
    assert.equal(await asking.request([1, 2], { method: 'sum' }), 3);
    const count$ = asking.requestMany(3, { method: '{"cmd":"count"}' });
    assert.deepEqual(await lastValueFrom(count$.pipe(toArray())), [1, 2, 3]);
    const meta = { tenant: 'a' };
    const seen = await asking.request({ data: 1 }, { method: 'context', priority: 7, meta });
    assert.deepEqual(seen, [true, { data: 1 }, 'string', 7, false, 0, meta]);
    for (const options of [{ method: 'nobody' }, {}]) {
      await assert.rejects(
        asking.request(1, options),
        errorLike(RpcError, { code: 'ERR_MQ_METHOD' }, /no matching message handler/),
      );
    }
    waiting.open();
    await asking.notify('told', { method: 'event' });
    await until(() => happened.length === 1, 'a notification');
    assert.deepEqual(happened, ['told']);
  });

  it('takes another codec, such as bytes for whoever speaks no JSON', async () => {
    await serve({ codec: raw });
    const asking = host(raw);
    const answer = await asking.request(Buffer.from('abc'), { method: 'bytes' });
    assert.equal(answer.toString(), 'cba');
  });

  it('has a transport of its own for patterns', async () => {
    await serve();
    assert.equal(await firstValueFrom(client().send('queue-only', 0)), 'by the queue');
  });

  it('gives its worker, and the events of it', async () => {
    const server = await serve();
    const failures: unknown[] = [];
    server.on('failure', (failure) => failures.push(failure));
    client().emit('fails', 0);
    await until(() => failures.length === 1, 'a failure');
    const { method, told } = failures[0] as { method: string; told: boolean };
    assert.deepEqual([method, told], ['fails', false]);
    assert.equal(server.unwrap<RpcWorker>().stats().failed, 1);
    assert.deepEqual(bench.log.errors.map(String), ['Error: fails'], 'logged once');
  });

  it('logs what is no request', async () => {
    await serve();
    const queue = MessageQueue.open(requests, { access: 'write' });
    await queue.send('no envelope');
    await queue.close();
    await until(() => bench.log.errors.length === 1, 'a log');
    assert.match(String(bench.log.errors[0]), /no MQ1 envelope/);
  });

  it('logs a deserializer that fails, and tells the client', async () => {
    const deserializer = {
      deserialize: () => {
        throw new Error('not mine');
      },
    };
    await serve({ deserializer });
    const error = await failureOf(client().send('sum', [1]));
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.message, bench.log.errors.length], ['not mine', 1]);
  });

  it('finishes on close what is in hand, and leaves the rest in the queue for the next', async () => {
    const server = await serve({ concurrency: 1 });
    const asking = client();
    const first = firstValueFrom(asking.send('wait', 1));
    await begun.opened;
    const second = firstValueFrom(asking.send('wait', 2));
    const queue = MessageQueue.open(requests);
    await until(() => queue.currentMessages === 1, 'one that waits');
    const closed = server.close();
    waiting.open();
    await closed;
    assert.equal(await first, 1);
    assert.deepEqual(happened, [1]);
    assert.equal(queue.currentMessages, 1);
    await queue.close();
    await serve();
    assert.equal(await second, 2);
  });

  it('finishes on close the events in hand', async () => {
    const server = await serve();
    client().emit('event', 'x');
    await begun.opened;
    const closed = server.close();
    waiting.open();
    await closed;
    assert.deepEqual(happened, ['x']);
  });

  it('gives up on close what takes longer than the time for it', async () => {
    const server = await serve({ shutdownTimeout: 50 });
    const failure = failureOf(client().send('never', 0));
    await begun.opened;
    await server.close();
    assert.deepEqual(happened, ['aborted']);
    assert.equal(((await failure) as RpcError).code, 'ABORT_ERR');
  });

  it('works on no more events than concurrency says', async () => {
    const server = await serve({ concurrency: 1 });
    const asking = client();
    await lastValueFrom(asking.emit('event', 1), { defaultValue: 0 });
    await begun.opened;
    await lastValueFrom(asking.emit('event', 2), { defaultValue: 0 });
    assert.equal(server.unwrap<RpcWorker>().stats().inHand, 1);
    waiting.open();
    await until(() => happened.length === 2, 'both events');
    assert.deepEqual(happened, [1, 2]);
  });

  it('tells by its status that the queue was unlinked, and is there again', async () => {
    const server = await serve();
    const states: string[] = [];
    server.status.subscribe((state) => states.push(state));
    MessageQueue.unlink(requests);
    await until(() => states.length === 2, 'a queue that is unlinked');
    await host(json).open();
    await until(() => states.length === 3, 'another queue');
    assert.deepEqual(states, ['connected', 'disconnected', 'connected']);
  });

  it('fails to listen where the queue cannot be opened', async () => {
    await MessageQueue.open(requests, { create: true, ...sizes }).close();
    const strategy = new PosixMqueueServer({ requests, exclusive: true });
    await assert.rejects(bench.listen(strategy, module), { code: 'EEXIST' });
  });

  it('names options that are wrong, and what is right', () => {
    const wrong = (options: object, text: RegExp): void => {
      assert.throws(() => new PosixMqueueServer({ requests, ...options } as never), text);
    };
    wrong({ queue: '/jobs' }, /PosixMqueueServer.*'queue'/s);
    wrong({ shutdownTimeout: -1 }, /'options\.shutdownTimeout' must be from 0/);
    wrong({ serializer: {} }, /'options\.serializer' must be an object with serialize\(\)/);
    wrong({ deserializer: 1 }, /'options\.deserializer' must be an object with deserialize\(\)/);
    wrong({ concurrency: 0 }, /'options\.concurrency'/);
    wrong({ requests: 'no-slash' }, /no-slash/);
    assert.throws(() => new PosixMqueueServer({} as never), /'options\.requests'/);
  });
});
