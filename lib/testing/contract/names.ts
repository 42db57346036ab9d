import assert from 'node:assert/strict';
import type { Case } from './case.js';
import { SIZES } from './setup.js';

/** Names of queues: who has one, and who makes one. */
export const names: readonly Case[] = [
  {
    title: 'refuses a name that no queue has, before anything is opened',
    async run({ transport }) {
      if (transport.checkName !== undefined) {
        assert.throws(() => transport.checkName?.(''), TypeError);
      }
      await assert.rejects(transport.openSender('', SIZES), TypeError);
      await assert.rejects(transport.openReceiver('', SIZES), TypeError);
    },
  },
  {
    title: 'fails with ENOENT where there is no such queue',
    async run(setup) {
      const { transport } = setup;
      const missing = setup.newName();
      const absent = { code: 'ENOENT', queue: missing };
      await assert.rejects(transport.openSender(missing), absent);
      await assert.rejects(transport.openReceiver(missing), absent);
      await assert.rejects(transport.unlink(missing), absent);
      await assert.rejects(transport.stat(missing), absent);
    },
  },
  {
    title: 'opens a queue that is there, with create or without',
    async run(setup) {
      const sender = await setup.sender();
      for (const options of [SIZES, {}]) {
        const other = await setup.sender(options);
        await setup.send(other, 'a');
        await other.close();
      }
      const receiver = await setup.receiver();
      assert.deepEqual(await setup.texts(receiver, 2), ['a', 'a']);
      await sender.close();
    },
  },
  {
    title: 'fails with EEXIST where the queue was to be made and is there',
    async run(setup) {
      await setup.sender({ ...SIZES, exclusive: true });
      const again = setup.sender({ ...SIZES, exclusive: true });
      await assert.rejects(again, { code: 'EEXIST', queue: setup.name });
    },
  },
  {
    title: 'has one that makes the queue when several try',
    async run(setup) {
      const tries = Array.from({ length: 4 }, () => setup.sender({ ...SIZES, exclusive: true }));
      const made = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
      assert.equal(made.length, 1);
    },
  },
  {
    title: 'has the queue no more once it is unlinked, and an empty one when it is made anew',
    async run(setup) {
      const { transport, name } = setup;
      const sender = await setup.sender();
      await setup.send(sender, 'before');
      await sender.close();
      await transport.unlink(name);
      await assert.rejects(transport.stat(name), { code: 'ENOENT' });
      await assert.rejects(setup.sender({}), { code: 'ENOENT' });
      const again = await setup.both();
      await setup.send(again.sender, 'after');
      assert.equal(await setup.text(again.receiver), 'after');
    },
  },
];
