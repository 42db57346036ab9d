import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import { PosixTransport } from 'posix-mqueue/service';
import { temporaryQueue } from 'posix-mqueue/testing';
import { nextTurn } from '../support/code.js';

describe('a receiver of PosixTransport that is closed with a message which finds no room', () => {
  it('tells what its user can do about it', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const sender = MessageQueue.open(queue.name, { access: 'write' });
    const transport = new PosixTransport({ wait: 'worker' });
    const receiver = await transport.openReceiver(queue.name);
    // Until the kernel hands it to the receive that is given up, so that another finds room.
    for (let taken = false; !taken;) {
      const controller = new AbortController();
      const receiving = receiver.next(controller.signal).catch(() => null);
      await nextTurn();
      sender.trySend('a');
      controller.abort();
      taken = sender.trySend('b');
      await receiving;
      if (!taken) await receiver.next();
    }
    const warned = once(process, 'warning');
    await receiver.close();
    const [warning] = (await warned) as [Error & { code: string }];
    assert.equal(warning.code, 'MQ_UNDELIVERED');
    assert.match(
      warning.message,
      /^1 message of queue .* Receive until it is empty before you close$/,
    );
    assert.equal(queue.tryReceive()?.text(), 'b');
    await sender.close();
  });
});
