import assert from 'node:assert/strict';
import type { Case } from './case.js';

/** What becomes of a message that is in hand, by the word of who has it. */
export const acknowledgement: readonly Case[] = [
  {
    title: 'has a message whose work is not done again, for any receiver, with its priority',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a', { priority: 3 });
      const first = await setup.next(receiver);
      await setup.soon(first.nack(), 'nack() resolved');
      await receiver.close();
      const other = await setup.receiver();
      const again = await setup.next(other);
      assert.deepEqual([again.body.toString(), again.priority], ['a', first.priority]);
      await again.ack();
      await setup.status(0);
    },
  },
  {
    title: 'puts it behind the others of its priority',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a', { priority: 3 });
      const first = await setup.next(receiver);
      await setup.send(sender, 'b', { priority: 3 });
      await setup.soon(first.nack(), 'nack() resolved');
      assert.deepEqual(await setup.texts(receiver, 2), ['b', 'a']);
    },
  },
  {
    title: 'keeps it while the queue is full',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a');
      const first = await setup.next(receiver);
      for (const text of ['b', 'c']) await setup.send(sender, text);
      const done = first.nack();
      assert.deepEqual((await setup.texts(receiver, 3)).toSorted(), ['a', 'b', 'c']);
      await setup.soon(done, 'nack() resolved');
    },
  },
  {
    title: 'has it no more where it is not to go back',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a');
      const delivery = await setup.next(receiver);
      await setup.soon(delivery.nack({ requeue: false }), 'nack() resolved');
      await setup.nothing(receiver, 'it was not to go back');
      await setup.status(0);
    },
  },
  {
    title: 'takes the first word for it',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a');
      const done = await setup.next(receiver);
      for (const word of ['ack', 'nack', 'ack'] as const) await setup.soon(done[word](), word);
      await setup.nothing(receiver, 'its work was done');
      await setup.send(sender, 'b');
      const undone = await setup.next(receiver);
      for (const word of ['nack', 'nack', 'ack'] as const) await setup.soon(undone[word](), word);
      assert.equal(await setup.text(receiver), 'b');
      await setup.nothing(receiver, 'it was put back once');
    },
  },
  {
    title: 'refuses options of nack() that it does not know',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await setup.send(sender, 'a');
      const delivery = await setup.next(receiver);
      const unknown = delivery.nack({ again: true } as object);
      await assert.rejects(unknown, { code: 'ERR_MQ_UNKNOWN_OPTION' });
      await delivery.ack();
    },
  },
];
