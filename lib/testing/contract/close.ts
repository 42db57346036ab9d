import assert from 'node:assert/strict';
import type { Case } from './case.js';

const closed = { code: 'ERR_MQ_CLOSED' };

/** The end of senders and receivers. */
export const close: readonly Case[] = [
  {
    title: 'rejects what waits for a message when the receiver is closed, and takes nothing then',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const waiting = receiver.next();
      waiting.catch(() => undefined);
      assert.equal(await setup.settled(waiting), false, 'a wait without a message ended');
      await setup.soon(receiver.close(), 'close() resolved');
      await assert.rejects(setup.soon(waiting, 'the wait ended'), closed);
      await setup.send(sender, 'a');
      await assert.rejects(setup.soon(receiver.next(), 'the call ended'), closed);
      assert.equal(await setup.text(await setup.receiver()), 'a');
    },
  },
  {
    title: 'rejects what waits for room when the sender is closed, and sends nothing then',
    async run(setup) {
      const sender = await setup.sender();
      const sent: string[] = [];
      let last: Promise<void>;
      for (;;) {
        last = sender.send(Buffer.from(String(sent.length)));
        last.catch(() => undefined);
        if (!(await setup.settled(last))) break;
        await last;
        sent.push(String(sent.length));
        assert.ok(sent.length < 200, 'no send had to wait');
      }
      await setup.soon(sender.close(), 'close() resolved');
      await assert.rejects(setup.soon(last, 'the send ended'), closed);
      await assert.rejects(setup.soon(sender.send(Buffer.from('x')), 'the send ended'), closed);
      const receiver = await setup.receiver();
      assert.deepEqual(await setup.texts(receiver, sent.length), sent);
      await setup.nothing(receiver, 'its sender was closed');
    },
  },
  {
    title: 'keeps what was sent when all are closed',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      for (const text of ['a', 'b']) await setup.send(sender, text);
      await sender.close();
      await receiver.close();
      assert.deepEqual(await setup.texts(await setup.receiver(), 2), ['a', 'b']);
    },
  },
  {
    title: 'can be closed twice',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      for (const each of [sender, receiver, sender, receiver]) {
        await setup.soon(each.close(), 'close() resolved');
      }
    },
  },
];
