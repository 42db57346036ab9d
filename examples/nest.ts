// A Nest microservice, and an application that asks it, by a queue of this machine: requests, one of which has several
// values, an event, and an error. Any number of servers may share the queue.
//
//   node out/examples/nest.js server /orders   (Ctrl-C finishes what is in hand)
//   node out/examples/nest.js client /orders 3

import 'reflect-metadata';
import { Controller, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientsModule,
  Ctx,
  EventPattern,
  MessagePattern,
  Payload,
  RpcException,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { MessageQueue } from 'posix-mqueue';
import { PosixMqueueClient, PosixMqueueServer, type PosixMqueueContext } from 'posix-mqueue/nest';
import { catchError, concatMap, lastValueFrom, of, timer, type Observable } from 'rxjs';

const PRICES: Readonly<Record<string, number>> = { apple: 2, pear: 3 };

interface Order {
  readonly fruit: string;
  readonly count: number;
}

@Controller()
class OrdersController {
  readonly #logger = new Logger('Orders');

  @MessagePattern({ cmd: 'price' })
  price({ fruit, count }: Order): number {
    const price = PRICES[fruit];
    if (price === undefined) throw new RpcException({ code: 'NO_FRUIT', message: `no ${fruit}` });
    return price * count;
  }

  @MessagePattern('pack')
  pack({ fruit, count }: Order): Observable<string> {
    const steps = Array.from({ length: count }, (_, index) => `${fruit} ${index + 1} of ${count}`);
    return of(...steps).pipe(concatMap((step) => timer(10).pipe(concatMap(() => of(step)))));
  }

  @EventPattern<string>('delivered')
  delivered(@Payload() { fruit }: Order, @Ctx() context: PosixMqueueContext): void {
    this.#logger.log(`${context.getPattern()}: ${fruit}`);
  }
}

class Shop {
  readonly #orders: ClientProxy;

  constructor(@Inject('ORDERS') orders: ClientProxy) {
    this.#orders = orders;
  }

  async buy(order: Order): Promise<void> {
    const price = await lastValueFrom(this.#orders.send<number>({ cmd: 'price' }, order));
    console.log(`${order.count} for ${price}`);
    await lastValueFrom(this.#orders.send<string>('pack', order).pipe(concatMap(print)));
    await lastValueFrom(this.#orders.emit('delivered', order), { defaultValue: undefined });
  }

  async refused(order: Order): Promise<void> {
    const caught$ = this.#orders
      .send<number>({ cmd: 'price' }, order)
      .pipe(catchError((error: { code: string }) => of(`refused: ${error.code}`)));
    console.log(await lastValueFrom(caught$));
  }
}

async function print(step: string): Promise<void> {
  console.log(step);
}

/** A queue outlives its servers. One with messages in it stays for the next of them. */
function removal(requests: string): OnApplicationShutdown {
  return {
    onApplicationShutdown: async () => {
      const queue = MessageQueue.open(requests, { access: 'read' });
      if (queue.currentMessages === 0) queue.unlink();
      await queue.close();
    },
  };
}

async function serve(requests: string): Promise<void> {
  const providers = [{ provide: 'REMOVAL', useValue: removal(requests) }];
  @Module({ controllers: [OrdersController], providers })
  class OrdersModule {}

  const app = await NestFactory.createMicroservice<MicroserviceOptions>(OrdersModule, {
    strategy: new PosixMqueueServer({ requests }),
  });
  app.enableShutdownHooks();
  await app.listen();
}

async function ask(requests: string, count: number): Promise<void> {
  const options = { requests, timeout: 10_000 };
  const clients = [{ name: 'ORDERS', customClass: PosixMqueueClient, options }];
  @Module({ imports: [ClientsModule.register(clients)], providers: [Shop] })
  class ShopModule {}

  const app = await NestFactory.createApplicationContext(ShopModule, { logger: ['error'] });
  try {
    await app.get(Shop).buy({ fruit: 'apple', count });
    await app.get(Shop).refused({ fruit: 'stone', count });
  } finally {
    await app.close();
  }
}

const [side, requests = '/orders', count = '1'] = process.argv.slice(2);
if (side === 'server') {
  await serve(requests);
} else if (side === 'client') {
  await ask(requests, Number(count));
} else {
  console.error('usage: node out/examples/nest.js server|client [queue] [count]');
  process.exitCode = 1;
}
