import assert from 'node:assert/strict';
import { filter, firstValueFrom } from 'rxjs';
import { MAX_PRIORITY } from '../../base/options.js';
import type { Case } from './case.js';
import { SIZES } from './setup.js';

/** What is refused, each by a promise that rejects, and the state. */
export const errors: readonly Case[] = [
  {
    title: 'refuses a message over the size, and goes on',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const tooLarge = sender.send(Buffer.alloc(SIZES.maxMessageSize + 1));
      await assert.rejects(tooLarge, { code: 'EMSGSIZE', queue: setup.name });
      const largest = 'x'.repeat(SIZES.maxMessageSize);
      await setup.send(sender, largest);
      assert.equal(await setup.text(receiver), largest);
    },
  },
  {
    title: 'refuses what is no message and what is no priority',
    async run(setup) {
      const sender = await setup.sender();
      await assert.rejects(sender.send(7 as unknown as Uint8Array), TypeError);
      for (const priority of [-1, 0.5, MAX_PRIORITY + 1]) {
        await assert.rejects(sender.send(Buffer.from('x'), { priority }), RangeError);
      }
    },
  },
  {
    title: 'refuses options that it does not know',
    async run(setup) {
      const options = { ...SIZES, maxMesages: 3 };
      const unknown = { code: 'ERR_MQ_UNKNOWN_OPTION' };
      await assert.rejects(setup.sender(options), unknown);
      await assert.rejects(setup.receiver(options), unknown);
    },
  },
  {
    title: 'tells that it is connected while it is in use',
    async run(setup) {
      await setup.both();
      const connected = setup.transport.state$.pipe(filter((state) => state === 'connected'));
      await setup.soon(firstValueFrom(connected), "state$ told 'connected'");
    },
  },
];
