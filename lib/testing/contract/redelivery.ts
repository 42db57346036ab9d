import assert from 'node:assert/strict';
import type { Case } from './case.js';

/** What becomes of a message that is in hand when its receiver ends. */
export const redelivery: readonly Case[] = [
  {
    title: 'gives a message to nobody else once it was received, without redelivery',
    async run(setup) {
      const sender = await setup.sender();
      const receiver = await setup.receiver({ redelivery: false });
      await setup.send(sender, 'a');
      await setup.next(receiver);
      await receiver.close();
      await setup.nothing(await setup.receiver(), 'another receiver had it');
    },
  },
  {
    title: 'gives it again with redelivery, unless its work is done; refuses that where it cannot',
    async run(setup) {
      const sender = await setup.sender();
      const opening = { redelivery: true, concurrency: 4 };
      if (!setup.capabilities.redelivery) {
        await assert.rejects(setup.receiver(opening), { code: 'ERR_MQ_UNSUPPORTED' });
        return;
      }
      const receiver = await setup.receiver(opening);
      for (const text of ['done', 'undone']) await setup.send(sender, text);
      const [done, undone] = [await setup.next(receiver), await setup.next(receiver)];
      await setup.soon(done.ack(), 'a message was acknowledged');
      await setup.soon(receiver.close(), 'close() resolved');
      await assert.rejects(undone.ack(), { code: 'ERR_MQ_CLOSED' });
      const other = await setup.receiver(opening);
      const again = await setup.next(other);
      assert.equal(again.body.toString(), 'undone');
      assert.ok(again.attempts > 0, 'attempts of a message whose receiver is gone');
      await again.ack();
      await setup.nothing(other, 'its work was done');
    },
  },
];
