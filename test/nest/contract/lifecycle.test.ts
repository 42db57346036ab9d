import assert from 'node:assert/strict';
import { Controller, Inject, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Client,
  ClientsModule,
  EventPattern,
  MessagePattern,
  Transport,
  type ClientProxy,
  type ClientProviderOptions,
} from '@nestjs/microservices';
import {
  firstValueFrom,
  interval,
  lastValueFrom,
  NEVER,
  Subject,
  take,
  takeUntil,
  type Observable,
} from 'rxjs';
import { until } from '../../support/code.js';
import { gate } from '../../support/gate.js';
import { NoHttp } from '../../support/no-http.js';
import { allOf, failureOf, moduleOf, overNestTransports } from '../../support/nest.js';

const happened: unknown[] = [];
let begun = gate();
/** Nest's TCP goes on with an Observable whose subscriber has left. */
const over = new Subject<void>();

@Controller()
class LifeController {
  @MessagePattern('echo')
  echo(value: unknown): unknown {
    return value;
  }

  @MessagePattern('never')
  never(): Observable<never> {
    begun.open();
    return NEVER;
  }

  @MessagePattern('ticks')
  ticks(): Observable<number> {
    return interval(1).pipe(takeUntil(over));
  }

  @MessagePattern('only-tcp', Transport.TCP)
  onlyTcp(): string {
    return 'tcp';
  }

  @MessagePattern('only-redis', Transport.REDIS)
  onlyRedis(): string {
    return 'redis';
  }

  @EventPattern('event')
  event(value: unknown): void {
    happened.push(value);
  }
}

class Service implements OnApplicationShutdown {
  onApplicationShutdown(): void {
    happened.push('service is shut down');
  }
}

overNestTransports('The life of a Nest microservice', (bench) => {
  beforeEach(() => {
    happened.length = 0;
    begun = gate();
  });
  afterEach(() => over.next());

  it('is told by the status of both', async () => {
    const told: unknown[] = [];
    const app = await bench().start([LifeController]);
    app.status.subscribe((status) => told.push(['server', status]));
    const client = bench().client();
    client.status.subscribe((status) => told.push(['client', status]));
    assert.deepEqual(told, [['server', 'connected']]);
    await client.connect();
    await client.connect();
    assert.deepEqual(told.splice(0), [
      ['server', 'connected'],
      ['client', 'connected'],
    ]);
    await client.close();
    await until(() => told.length === 1, 'a client that is closed');
    await app.close();
    await until(() => told.length === 2, 'a server that is closed');
    assert.deepEqual(told, [
      ['client', 'disconnected'],
      ['server', 'disconnected'],
    ]);
  });

  it('of a client begins anew with the request after its end', async () => {
    await bench().start([LifeController]);
    const client = bench().client();
    for (const each of [1, 2]) {
      assert.deepEqual(await allOf(client.send('echo', each)), [each]);
      await client.close();
    }
    assert.deepEqual(await allOf(client.send('echo', 3)), [3]);
  });

  it('of a client ends with an error for what it waits for', async () => {
    await bench().start([LifeController]);
    const client = bench().client();
    const failure = failureOf(client.send('never', 0));
    await begun.opened;
    await client.close();
    assert.ok((await failure) instanceof Error);
  });

  it('ends the requests in hand with the server', async () => {
    const app = await bench().start([LifeController]);
    const failure = failureOf(bench().client().send('never', 0));
    await begun.opened;
    await app.close();
    assert.ok((await failure) instanceof Error);
  });

  it('goes on when a subscriber leaves', async () => {
    await bench().start([LifeController]);
    const client = bench().client();
    assert.deepEqual(await allOf(client.send('ticks', 0).pipe(take(2))), [0, 1]);
    assert.deepEqual(await allOf(client.send('echo', 1)), [1]);
  });

  it('ends its providers after it', async () => {
    const app = await bench().start([LifeController], { providers: [Service] });
    app.status.subscribe((status) => happened.push(status));
    await app.close();
    await until(() => happened.length === 3, 'the end of both');
    assert.deepEqual(happened.map(String).toSorted(), [
      'connected',
      'disconnected',
      'service is shut down',
    ]);
  });

  it('is that of a hybrid application', async () => {
    const module = moduleOf({ controllers: [LifeController], providers: [Service] });
    const app = await NestFactory.create(module, new NoHttp(), bench().quiet);
    bench().later(() => app.close());
    const strategy = bench().link.server();
    const microservice = app.connectMicroservice({ strategy });
    await app.startAllMicroservices();
    const states: unknown[] = [];
    microservice.status.subscribe((status) => states.push(status));
    assert.deepEqual(await allOf(bench().client().send('echo', 1)), [1]);
    await app.close();
    await until(() => states.length === 2, 'the end of the microservice');
    assert.deepEqual(states, ['connected', 'disconnected']);
    assert.deepEqual(happened, ['service is shut down']);
  });

  it('has global enhancers in a hybrid application that inherits its configuration', async () => {
    const module = moduleOf({ controllers: [LifeController] });
    const app = await NestFactory.create(module, new NoHttp(), bench().quiet);
    bench().later(() => app.close());
    app.useGlobalPipes({ transform: (value: unknown) => [value] });
    app.connectMicroservice({ strategy: bench().link.server() }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    assert.deepEqual(await allOf(bench().client().send('echo', 1)), [[1]]);
  });

  it('has the handlers of its transport alone', async () => {
    const strategy = bench().link.server();
    await bench().listen(strategy, moduleOf({ controllers: [LifeController] }));
    const patterns = [...strategy.getHandlers().keys()];
    assert.equal(patterns.includes('only-tcp'), strategy.transportId === Transport.TCP);
    assert.equal(patterns.includes('only-redis'), false);
  });

  it('can do the same as another transport that it is told to be', async () => {
    const strategy = bench().link.server();
    strategy.setTransportId(Transport.REDIS);
    await bench().listen(strategy, moduleOf({ controllers: [LifeController] }));
    assert.deepEqual(await allOf(bench().client().send('only-redis', 0)), ['redis']);
  });

  it('has clients by ClientsModule, registered at once and later, which end with the application', async () => {
    class Asking {
      readonly now: ClientProxy;
      readonly later: ClientProxy;

      constructor(now: ClientProxy, later: ClientProxy) {
        this.now = now;
        this.later = later;
      }
    }
    Inject('NOW')(Asking, undefined, 0);
    Inject('LATER')(Asking, undefined, 1);
    await bench().start([LifeController]);
    const options = bench().link.client();
    const module = moduleOf({
      imports: [
        ClientsModule.register([{ name: 'NOW', ...options } as ClientProviderOptions]),
        ClientsModule.registerAsync([{ name: 'LATER', useFactory: async () => options }]),
      ],
      providers: [Asking],
    });
    const app = await NestFactory.createApplicationContext(module, bench().quiet);
    bench().later(() => app.close());
    const { now, later } = app.get(Asking);
    const states: unknown[] = [];
    for (const client of [now, later]) {
      assert.equal(await firstValueFrom(client.send('echo', 1)), 1);
      client.status.subscribe((status) => states.push(status));
    }
    await lastValueFrom(now.emit('event', 'x'), { defaultValue: undefined });
    await until(() => happened.length === 1, 'an event');
    await app.close();
    await until(() => states.length === 4, 'the end of both clients');
    assert.deepEqual(states, ['connected', 'connected', 'disconnected', 'disconnected']);
  });

  it('has clients by the decorator of a property', async () => {
    class Asking {
      declare client: ClientProxy;
    }
    Client(bench().link.client() as never)(Asking.prototype, 'client');
    await bench().start([LifeController], { providers: [Asking] });
    const second = moduleOf({ providers: [Asking] });
    const app = await bench().listen(new Nothing(), second);
    const { client } = app.get(Asking);
    assert.equal(await firstValueFrom(client.send('echo', 1)), 1);
  });
});

/** A strategy for an application that serves nobody. */
class Nothing {
  listen(callback: () => void): void {
    callback();
  }

  close(): void {}
}
