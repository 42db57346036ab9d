import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { Case } from './case.js';
import { SIZES } from './setup.js';

const ROUNDS = 20;

/** Waits that are given up, by which nothing is lost and nothing doubled. */
export const abort: readonly Case[] = [
  {
    title: 'gives up to wait for a message, and the next call has it',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const controller = new AbortController();
      const aborted = receiver.next(controller.signal);
      const other = setup.text(receiver);
      aborted.catch(() => undefined);
      await setImmediate();
      controller.abort('why');
      const expected = { name: 'AbortError', code: 'ABORT_ERR', cause: 'why' };
      await assert.rejects(setup.soon(aborted, 'the wait ended'), expected);
      await setup.send(sender, 'a');
      assert.equal(await other, 'a');
    },
  },
  {
    title: 'gives up at once by a signal that was aborted before, and takes nothing',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      const signal = AbortSignal.abort();
      const aborted = { code: 'ABORT_ERR' };
      await assert.rejects(setup.soon(receiver.next(signal), 'the wait ended'), aborted);
      await assert.rejects(sender.send(Buffer.from('x'), { signal }), aborted);
      await setup.send(sender, 'a');
      await assert.rejects(setup.soon(receiver.next(signal), 'the wait ended'), aborted);
      assert.equal(await setup.text(receiver), 'a');
      await setup.nothing(receiver, 'the signal of its send was aborted');
    },
  },
  {
    title: 'opens nothing by a signal that was aborted before',
    async run(setup) {
      const options = { ...SIZES, signal: AbortSignal.abort('why') };
      const aborted = { name: 'AbortError', code: 'ABORT_ERR', cause: 'why' };
      await assert.rejects(setup.soon(setup.sender(options), 'the call ended'), aborted);
      await assert.rejects(setup.soon(setup.receiver(options), 'the call ended'), aborted);
      await assert.rejects(setup.transport.stat(setup.name), { code: 'ENOENT' });
    },
  },
  {
    title: 'gives up to wait for room, and does not send then',
    async run(setup) {
      const sender = await setup.sender();
      const sent: string[] = [];
      // As many as it takes: not every transport holds as many as it was told.
      for (;;) {
        const controller = new AbortController();
        const { signal } = controller;
        const sending = sender.send(Buffer.from(String(sent.length)), { signal });
        sending.catch(() => undefined);
        if (!(await setup.settled(sending))) controller.abort('why');
        try {
          await setup.soon(sending, 'the send ended');
        } catch (error) {
          const { code, cause } = error as { code?: unknown; cause?: unknown };
          assert.deepEqual([code, cause], ['ABORT_ERR', 'why']);
          break;
        }
        sent.push(String(sent.length));
        assert.ok(sent.length <= 100 * SIZES.maxMessages, 'no send had to wait');
      }
      const receiver = await setup.receiver();
      assert.deepEqual(await setup.texts(receiver, sent.length), sent);
      await setup.nothing(receiver, 'its send was given up');
    },
  },
  {
    title: 'loses and doubles nothing that is sent while a wait is given up',
    async run(setup) {
      const { sender, receiver } = await setup.both();
      for (let round = 0; round < ROUNDS; round += 1) {
        const controller = new AbortController();
        const waiting = receiver.next(controller.signal).then(
          async (delivery) => {
            await delivery.ack();
            return delivery.body.toString();
          },
          () => undefined,
        );
        if (round % 2 === 1) await setImmediate();
        const sent = setup.send(sender, String(round));
        if (round % 4 > 1) await setImmediate();
        controller.abort();
        await sent;
        const came = (await setup.soon(waiting, 'the wait ended')) ?? (await setup.text(receiver));
        assert.equal(came, String(round));
      }
      await setup.nothing(receiver, 'it had come already');
    },
  },
];
