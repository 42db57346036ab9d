import assert from 'node:assert/strict';
import { text } from 'posix-mqueue';
import { Host, PosixTransport, type HostOptions, type Transport } from 'posix-mqueue/service';
import { MemoryTransport, temporaryName } from 'posix-mqueue/testing';
import { nextTurn, until } from '../support/code.js';

const small = { create: true, maxMessages: 4, maxMessageSize: 32 };

for (const make of [() => new PosixTransport(), () => new MemoryTransport()]) {
  const transport: Transport = make();

  describe(`responses that nobody asked for, over ${transport.constructor.name}`, () => {
    let names: { requests: string; responses: string };
    let host: Host<typeof text>;
    let told: string[];
    let warnings: (Error & { code?: string })[];
    const collect = (warning: Error): unknown => warnings.push(warning);

    beforeEach(() => {
      names = { requests: temporaryName(), responses: temporaryName() };
      told = [];
      warnings = [];
      process.on('warning', collect);
    });
    afterEach(async () => {
      process.off('warning', collect);
      await host.close();
    });

    async function open(options: Partial<HostOptions<typeof text>> = {}): Promise<void> {
      host = await new Host({ ...names, ...small, transport, codec: text, ...options }).open();
    }

    function listen(): void {
      host.on('unsolicited', (message, queue) => {
        told.push(`${message.text()} ${queue === names.responses}`);
      });
    }

    async function answer(...bodies: string[]): Promise<void> {
      const sender = await transport.openSender(names.responses);
      for (const body of bodies) await sender.send(Buffer.from(body));
      await sender.close();
    }

    it('are told when the first request is sent, and are not received', async () => {
      await open();
      listen();
      await answer('of an orphan', 'another');
      await Promise.all([host.send('a'), host.send('b')]);
      await answer('a processed');
      assert.equal(await host.receive({ timeout: 5000 }), 'a processed');
      assert.deepEqual(told, ['of an orphan true', 'another true']);
      await nextTurn();
      assert.deepEqual(warnings, []);
    });

    it('are told while somebody reads, who does not get them', async () => {
      await open();
      listen();
      const received: string[] = [];
      const subscription = host.responses$.subscribe((value) => received.push(value));
      await answer('of an orphan');
      await until(() => told.length === 1, 'an event');
      await host.send('a');
      await answer('a processed');
      await until(() => received.length === 1, 'a message received');
      subscription.unsubscribe();
      assert.deepEqual(received, ['a processed']);
    });

    it('are warned of once where nobody listens, and are received', async () => {
      await open();
      await answer('of an orphan', 'another');
      assert.equal(await host.receive({ timeout: 5000 }), 'of an orphan');
      await host.send('a');
      assert.equal(await host.receive({ timeout: 5000 }), 'another');
      await until(() => warnings.length > 0, 'a warning');
      await nextTurn();
      assert.deepEqual(
        warnings.map((each) => each.code),
        ['MQ_UNSOLICITED'],
      );
      assert.match(warnings[0]?.message ?? '', new RegExp(`'${names.responses}'.*'unsolicited'`));
    });

    it('are none once a request was sent, however many come', async () => {
      await open();
      listen();
      await host.send('a');
      await answer('one', 'two');
      for (const value of ['one', 'two']) assert.equal(await host.receive(), value);
      assert.deepEqual([told, warnings], [[], []]);
    });
  });
}
