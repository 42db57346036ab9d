import assert from 'node:assert/strict';
import { Controller } from '@nestjs/common';
import {
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  type BaseRpcContext,
  type Deserializer,
  type PacketMetadata,
  type Serializer,
} from '@nestjs/microservices';
import { of, throwError, type Observable } from 'rxjs';
import { until } from '../../support/code.js';
import { allOf, failureOf, moduleOf, overNestTransports } from '../../support/nest.js';

type Fields = Record<string, unknown>;

/** Keeps the form of the packets, and says what it has seen. */
class Noted implements Serializer<Fields, Fields>, Deserializer<Fields> {
  readonly seen: Fields[] = [];

  serialize(packet: Fields): Fields {
    this.seen.push(packet);
    return { ...packet };
  }

  deserialize(packet: Fields): never {
    this.seen.push(packet);
    return packet as never;
  }
}

/** Packets of another form: nobody can read them but its twin. */
class Sealed implements Serializer<Fields, Fields>, Deserializer<{ sealed: string }> {
  serialize(packet: Fields): Fields {
    return { sealed: Buffer.from(JSON.stringify(packet)).toString('base64') };
  }

  async deserialize({ sealed }: { sealed: string }): Promise<never> {
    return JSON.parse(Buffer.from(sealed, 'base64').toString()) as never;
  }
}

interface WithMetadata extends BaseRpcContext {
  getMetadata(): PacketMetadata | undefined;
}

const heard: unknown[] = [];

@Controller()
class PacketsController {
  @MessagePattern({ cmd: 'twice' })
  twice(value: number): number {
    return value * 2;
  }

  @MessagePattern('many')
  many(values: number[]): Observable<number> {
    return of(...values);
  }

  @MessagePattern('fail')
  fail(value: object): Observable<never> {
    return throwError(() => new RpcException(value));
  }

  @MessagePattern('metadata')
  metadata(@Ctx() context: WithMetadata): unknown {
    return context.getMetadata() ?? 'none';
  }

  @EventPattern('event')
  event(@Ctx() context: WithMetadata, @Payload() value: unknown): void {
    heard.push(value, context.getMetadata());
  }
}

overNestTransports('Packets of a Nest microservice', (bench) => {
  beforeEach(() => {
    heard.length = 0;
  });

  it('go through serializers and deserializers that leave them as they are', async () => {
    const [server, client] = [new Noted(), new Noted()];
    await bench().start([PacketsController], {
      packets: { serializer: server, deserializer: server },
    });
    const proxy = bench().client({ serializer: client, deserializer: client });
    assert.deepEqual(await allOf(proxy.send({ cmd: 'twice' }, 2)), [4]);
    const [asked, answered] = server.seen as [Fields, Fields];
    assert.deepEqual([asked['pattern'], asked['data']], [{ cmd: 'twice' }, 2]);
    assert.deepEqual([answered['response'], typeof answered['id']], [4, 'string']);
    const [sent, received] = client.seen as [Fields, Fields];
    assert.deepEqual([sent['pattern'], sent['data']], [{ cmd: 'twice' }, 2]);
    assert.deepEqual([received['response'], received['id']], [4, sent['id']]);
    assert.deepEqual(await failureOf(proxy.send('fail', { no: 1 })), { no: 1 });
  });

  it('may have another form on both sides', async () => {
    const sealed = { serializer: new Sealed(), deserializer: new Sealed() };
    await bench().start([PacketsController], { packets: sealed });
    const proxy = bench().client(sealed);
    assert.deepEqual(await allOf(proxy.send({ cmd: 'twice' }, 2)), [4]);
    assert.deepEqual(await allOf(proxy.send('many', [1, 2])), [1, 2]);
    assert.deepEqual(await failureOf(proxy.send('fail', { no: 1 })), { no: 1 });
    const nobody = await failureOf(proxy.send('nobody', 1));
    assert.match(String(nobody), /no matching message handler/);
    proxy.emit('event', 'x');
    await until(() => heard.length > 0, 'an event');
    assert.equal(heard[0], 'x');
  });

  it('carry what a client attaches to them, for its server to see', async () => {
    await bench().start([PacketsController]);
    const proxy = bench().client();
    assert.deepEqual(await allOf(proxy.send('metadata', 0)), ['none']);
    proxy.setOnDispatchHook((packet) => {
      packet.metadata = { tenant: `of ${JSON.stringify(packet.data)}` };
    });
    assert.deepEqual(await allOf(proxy.send('metadata', 1)), [{ tenant: 'of 1' }]);
    proxy.emit('event', 2);
    await until(() => heard.length > 0, 'an event');
    assert.deepEqual(heard, [2, { tenant: 'of 2' }]);
  });

  it('have hooks around what is done with them', async () => {
    const strategy = bench().link.server();
    const told: unknown[] = [];
    const of = (context: unknown): string => (context as { getPattern(): string }).getPattern();
    strategy.setOnProcessingStartHook((id, context, done) => {
      told.push(['start', id === strategy.transportId, of(context)]);
      void done();
    });
    strategy.setOnProcessingEndHook((_, context) => told.push(['end', of(context)]));
    await bench().listen(strategy, moduleOf({ controllers: [PacketsController] }));
    const proxy = bench().client();
    assert.deepEqual(await allOf(proxy.send('many', [1, 2])), [1, 2]);
    await failureOf(proxy.send('fail', {}));
    await until(() => told.length === 4, 'both ends');
    proxy.emit('event', 0);
    await until(() => told.length === 6, 'the end of an event');
    const pair = (pattern: string): unknown[] => [
      ['start', true, pattern],
      ['end', pattern],
    ];
    assert.deepEqual(told, [...pair('many'), ...pair('fail'), ...pair('event')]);
  });
});
