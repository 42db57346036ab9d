import assert from 'node:assert/strict';
import { MAX_PRIORITY } from '../../base/options.js';
import type { Case } from './case.js';

const MANY = 48;

/** Bytes, order and priority of messages, and who gets them. */
export const order: readonly Case[] = [
  {
    title: 'carries each byte, and no byte at all',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const bytes = Buffer.from(Array.from({ length: 64 }, (_, index) => index * 4));
      for (const body of [bytes, Buffer.alloc(0), new Uint8Array([0, 10, 0])]) {
        await setup.soon(sender.send(body), 'a message was sent');
        const delivery = await setup.next(receiver);
        assert.ok(Buffer.isBuffer(delivery.body), 'body is a Buffer');
        assert.deepEqual([...delivery.body], [...body]);
        assert.equal(delivery.attempts, 0, 'attempts of a message that comes for the first time');
        await delivery.ack();
      }
    },
  },
  {
    title: 'keeps its own copy of a message that was sent',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const body = Buffer.from('before');
      await setup.soon(sender.send(body), 'a message was sent');
      body.fill('x');
      assert.equal(await setup.text(receiver), 'before');
    },
  },
  {
    title: 'gives the highest priority first',
    async run(setup) {
      const { priorityLevels } = setup.capabilities;
      const sender = await setup.sender({ create: true, maxMessages: 4, maxMessageSize: 64 });
      const given = [0, MAX_PRIORITY];
      // Those that differ by one are told apart where there are that many.
      if (priorityLevels > MAX_PRIORITY) given.push(1);
      else if (priorityLevels > 2) given.push(Math.round(MAX_PRIORITY / 2));
      for (const priority of given) await setup.send(sender, String(priority), { priority });
      const receiver = await setup.receiver();
      const came: number[] = [];
      const told: number[] = [];
      for (const _ of given) {
        const delivery = await setup.next(receiver);
        came.push(Number(delivery.body.toString()));
        told.push(delivery.priority);
        await delivery.ack();
      }
      const expected = priorityLevels > 1 ? given.toSorted((a, b) => b - a) : given;
      assert.deepEqual(came, expected);
      if (priorityLevels > MAX_PRIORITY) assert.deepEqual(told, came, 'priority of the deliveries');
      else if (priorityLevels > 1)
        assert.ok((told[0] ?? 0) > (told.at(-1) ?? 0), 'priorities differ');
    },
  },
  {
    title: 'has priority 0 where none is given',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a');
      const delivery = await setup.next(receiver);
      assert.equal(delivery.priority, 0);
      await delivery.ack();
    },
  },
  {
    title: 'keeps the order within a priority, also of what is sent without waiting for it',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const texts = Array.from({ length: MANY }, (_, index) => String(index));
      const sent = Promise.all(texts.map((text) => setup.send(sender, text)));
      assert.deepEqual(await setup.texts(receiver, MANY), texts);
      await sent;
    },
  },
  {
    title: 'gives the messages to those who wait in the order of their calls',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const waiting = ['a', 'b', 'c'].map(() => setup.text(receiver));
      for (const text of ['a', 'b', 'c']) await setup.send(sender, text);
      assert.deepEqual(await Promise.all(waiting), ['a', 'b', 'c']);
    },
  },
  {
    title: 'gives each message to one of several receivers',
    async run(setup) {
      const sender = await setup.sender();
      const receivers = [
        await setup.receiver({ competing: true }),
        await setup.receiver({ competing: true }),
      ];
      const texts = Array.from({ length: MANY }, (_, index) => String(index));
      const came: string[] = [];
      const stop = new AbortController();
      const loops = receivers.map(async (receiver) => {
        while (!stop.signal.aborted) {
          const delivery = await receiver.next(stop.signal).catch((error: unknown) => {
            if (!stop.signal.aborted) throw error;
          });
          if (delivery === undefined) return;
          came.push(delivery.body.toString());
          await delivery.ack();
        }
      });
      const taken = Promise.all(loops);
      try {
        for (const text of texts) await setup.send(sender, text);
        await setup.until(() => came.length >= MANY, `all ${MANY} messages came`);
      } finally {
        stop.abort();
        await setup.soon(taken, 'both receivers stopped');
      }
      assert.deepEqual(came.toSorted(), texts.toSorted());
    },
  },
];
