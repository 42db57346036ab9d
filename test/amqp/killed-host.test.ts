import assert from 'node:assert/strict';
import { once } from 'node:events';
import { json, text, type Message } from 'posix-mqueue';
import { AmqpTransport } from 'posix-mqueue/amqp';
import { RpcHost, RpcWorker } from 'posix-mqueue/rpc';
import { Host, Worker } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import { urls } from '../support/broker.js';
import { runFixture, type Child } from '../support/child.js';
import { until } from '../support/code.js';
import { gate, type Gate } from '../support/gate.js';

const SIZES = { maxMessages: 8, maxMessageSize: 256 };

describe('a host that is killed with -9', function () {
  this.timeout(30_000);

  let transport: AmqpTransport;
  let requests: string;
  let responses: string;
  /** What the workers wait for. */
  let release: Gate;

  beforeEach(() => {
    transport = new AmqpTransport({ urls });
    [requests, responses] = [temporaryName(), temporaryName()];
    release = gate();
  });
  afterEach(async () => {
    for (const name of [requests, responses]) await transport.unlink(name).catch(() => undefined);
    await transport.close();
  });

  async function kill(host: Child): Promise<void> {
    host.kill('SIGKILL');
    await host.end;
  }

  it('takes its reply queue along: replies to it are dropped and counted, and the next host has its own alone', async () => {
    const taken: string[] = [];
    const worker = new RpcWorker(
      { requests, codec: json, transport, ...SIZES, concurrency: 2 },
      async (task: string) => {
        taken.push(task);
        await release.opened;
        return `${task} done`;
      },
    );
    const working = worker.run();
    await once(worker, 'ready');
    const old = runFixture('amqp-host', ['rpc', requests, '', '4']);
    const replies = await old.line();
    await old.printed('sent');
    // Two are in hand, the others wait in the queue.
    await until(() => taken.length === 2, 'two of its requests');
    assert.equal((await transport.stat(replies)).messages, 0);
    await kill(old);
    while (await transport.stat(replies).catch(() => undefined));
    const host = new RpcHost({ requests, codec: json, transport, ...SIZES });
    const answer = host.request('new');
    release.open();
    assert.equal(await answer, 'new done');
    // Nobody says that the others are for nobody: all are worked on.
    assert.deepEqual(taken, ['old 0', 'old 1', 'old 2', 'old 3', 'last', 'new']);
    await until(() => worker.stats().gone === 4, 'the last that had nobody');
    const { late, invalid } = host.stats();
    assert.deepEqual([late, invalid], [0, 0]);
    assert.equal(worker.stats().failed, 0);
    await host.close();
    await worker.close();
    await working;
  });

  it('leaves responses of the raw protocol behind, which the next host has as stale or as unsolicited', async () => {
    const worker = new Worker(
      { requests, responses, codec: text, transport, ...SIZES },
      async (task) => {
        if (task === 'old 3') await release.opened;
        return `${task} done`;
      },
    );
    const working = worker.run();
    await once(worker, 'ready');
    const old = runFixture('amqp-host', ['raw', requests, responses, '4']);
    await old.printed('sent');
    await until(() => worker.stats().responses === 3, 'three of its responses');
    await kill(old);
    const host = new Host({ requests, responses, codec: text, transport, ...SIZES });
    const told: string[] = [];
    for (const event of ['stale', 'unsolicited'] as const) {
      host.on(event, (message: Message) => told.push(`${event}: ${message.text()}`));
    }
    await host.open();
    assert.deepEqual(
      told,
      [0, 1, 2].map((each) => `stale: old ${each} done`),
    );
    release.open();
    await until(() => worker.stats().responses === 4, 'the last of its responses');
    await host.send('new');
    assert.equal(await host.receive({ timeout: 10_000 }), 'new done');
    assert.deepEqual(told.slice(3), ['unsolicited: old 3 done']);
    await host.close();
    await worker.close();
    await working;
  });
});
