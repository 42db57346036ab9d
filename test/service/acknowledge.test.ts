import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'posix-mqueue';
import { Host, Worker, type Receiver, type ReceiverOptions } from 'posix-mqueue/service';
import { MemoryTransport } from 'posix-mqueue/testing';
import { nextTurn } from '../support/code.js';
import { collectUncaught } from '../support/uncaught.js';

/** Delivers, and loses its connection when that is to be acknowledged. */
class Unacknowledging extends MemoryTransport {
  override async openReceiver(name: string, options?: ReceiverOptions): Promise<Receiver> {
    const receiver = await super.openReceiver(name, options);
    return {
      close: () => receiver.close(),
      next: async (signal) => {
        const delivery = await receiver.next(signal);
        return Object.assign(delivery, { ack: () => Promise.reject(new Error('connection lost')) });
      },
    };
  }
}

const names = { requests: '/requests', responses: '/responses', codec: text };

type Told = [error: Error, queue: string];

describe('a transport that cannot acknowledge', () => {
  it('ends neither host nor worker, and each tells it', async () => {
    const options = { ...names, transport: new Unacknowledging() };
    const host = new Host(options);
    const worker = new Worker(options, (request) => `${request} done`);
    const told: string[] = [];
    const tell = (...[error, queue]: Told): void => {
      told.push(`${queue}: ${error.message}`);
    };
    host.on('unacknowledged', tell as (error: unknown, queue: string) => void);
    worker.on('unacknowledged', tell as (error: unknown, queue: string) => void);
    const running = worker.run();
    for (const task of ['a', 'b']) {
      await host.send(task);
      assert.equal(await host.receive(), `${task} done`);
    }
    await worker.close();
    await running;
    await host.close();
    // Which of the two is told first, the system says.
    const expected = ['/requests', '/requests', '/responses', '/responses'];
    assert.deepEqual(
      told.toSorted((one, other) => one.localeCompare(other)),
      expected.map((queue) => `${queue}: connection lost`),
    );
  });

  it('ends nobody whose listener throws', async () => {
    await collectUncaught(async (errors) => {
      const options = { ...names, transport: new Unacknowledging() };
      const host = new Host(options);
      const worker = new Worker(options, (request) => `${request} done`);
      for (const each of [host, worker]) {
        each.on('unacknowledged', () => {
          throw new Error('thrown by a listener');
        });
      }
      const running = worker.run();
      for (const task of ['a', 'b']) {
        await host.send(task);
        assert.equal(await host.receive(), `${task} done`);
      }
      await worker.close();
      await running;
      await host.close();
      await nextTurn();
      const messages = errors.map(({ message }) => message);
      assert.deepEqual(messages, Array(4).fill('thrown by a listener'));
    });
  });

  it('is warned of once where nobody listens, also by what an earlier run left', async () => {
    const transport = new Unacknowledging();
    const sender = await transport.openSender('/responses', { create: true, maxMessages: 2 });
    await sender.send(Buffer.from('old'));
    await sender.send(Buffer.from('older'));
    const host = new Host({ ...names, transport });
    host.on('stale', () => undefined);
    const warned: (Error & { code?: string })[] = [];
    const listen = (warning: Error): void => {
      warned.push(warning);
    };
    process.on('warning', listen);
    const first = once(process, 'warning');
    await host.open();
    await first;
    process.off('warning', listen);
    await host.close();
    assert.deepEqual(
      warned.map(({ code }) => code),
      ['MQ_UNACKNOWLEDGED'],
    );
    assert.match(String(warned[0]), /'\/responses' could not be acknowledged.*connection lost/);
  });
});
