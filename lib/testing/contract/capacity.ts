import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Sender } from '../../transport/transport.js';
import type { Case } from './case.js';
import { SIZES, type Setup } from './setup.js';

/** More than a queue of 2 messages may hold on whatever transport. */
const FAR_TOO_MANY = 200;

/** Sends until it has to wait; what it sent, and the send that waits. */
async function fill(
  setup: Setup,
  sender: Sender,
): Promise<{ sent: string[]; last: Promise<void> }> {
  const sent: string[] = [];
  for (;;) {
    const text = String(sent.length);
    const last = sender.send(Buffer.from(text));
    last.catch(() => undefined);
    if (!(await setup.settled(last))) return { sent, last };
    await last;
    sent.push(text);
    const isBounded = sent.length <= FAR_TOO_MANY;
    assert.ok(isBounded, `a queue of ${SIZES.maxMessages} messages holds ${sent.length}`);
  }
}

/** That a queue is bounded, and that its facts are told. */
export const capacity: readonly Case[] = [
  {
    title: 'waits while the queue is full, and goes on when there is room',
    async run(setup) {
      const sender = await setup.sender();
      const { sent, last } = await fill(setup, sender);
      if (setup.capabilities.exactCapacity) assert.equal(sent.length, SIZES.maxMessages);
      assert.ok(sent.length >= SIZES.maxMessages, `it holds ${sent.length}`);
      const receiver = await setup.receiver();
      const texts = [...sent, String(sent.length)];
      assert.deepEqual(await setup.texts(receiver, texts.length), texts);
      await setup.soon(last, 'the send that waited resolved');
    },
  },
  {
    title: 'sends by trySend at once or not at all, where it has that',
    async run(setup) {
      const sender = await setup.sender();
      if (sender.trySend === undefined) return;
      assert.equal(sender.trySend(Buffer.alloc(SIZES.maxMessageSize + 1), 0), false, 'too large');
      const sent: string[] = [];
      for (const text of ['a', 'b']) {
        // It may say no when it is the event loop's turn.
        await setup.until(async () => {
          await setImmediate();
          return sender.trySend?.(Buffer.from(text), 0) === true;
        }, `trySend() sent '${text}'`);
        sent.push(text);
      }
      if (setup.capabilities.exactCapacity) {
        await setImmediate();
        assert.equal(sender.trySend(Buffer.from('c'), 0), false, 'the queue is full');
      }
      const receiver = await setup.receiver();
      assert.deepEqual(await setup.texts(receiver, 2), sent);
      await setup.nothing(receiver, 'trySend() was false for it');
      await sender.close();
      assert.equal(sender.trySend(Buffer.from('d'), 0), false, 'closed');
    },
  },
  {
    title: 'tells the facts of a queue',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      await receiver.close();
      await setup.send(sender, 'a');
      const { maxMessages, maxMessageSize } = SIZES;
      assert.deepEqual(await setup.status(1), { messages: 1, maxMessages, maxMessageSize });
      const next = await setup.receiver();
      await setup.text(next);
      await setup.status(0);
    },
  },
  {
    title: 'lets the event loop have its turn between messages that never end',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      let turned = false;
      const turn = setImmediate().then(() => (turned = true));
      for (let count = 0; !turned; count += 1) {
        assert.ok(count < 5000, `${count} messages within one turn`);
        await sender.send(Buffer.from('a'));
        await (await receiver.next()).ack();
      }
      await turn;
    },
  },
];
