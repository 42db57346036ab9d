import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue, text } from 'posix-mqueue';
import { Host, PosixTransport, Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { nextTurn } from '../support/code.js';
import { exists } from '../support/exists.js';
import { takeAll } from '../support/messages.js';

/** The warnings of this process while `act` runs, and in the turn after it. */
async function warningsOf(act: () => Promise<void>): Promise<string[]> {
  const codes: string[] = [];
  const note = (warning: Error & { code?: string }): void => void codes.push(warning.code ?? '');
  process.on('warning', note);
  await act();
  await nextTurn();
  process.off('warning', note);
  return codes;
}

describe('a message that is taken as its receiver is told to close, and finds no room any more', () => {
  const transport = new PosixTransport({ wait: 'worker' });
  let queue: MessageQueue;
  let sender: MessageQueue;

  function open(): void {
    queue = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    sender = MessageQueue.open(queue.name, { access: 'write' });
  }
  beforeEach(open);
  afterEach(() => sender.close());

  it('is worked on by a Worker', async () => {
    for (let isTaken = false; !isTaken;) {
      const done: string[] = [];
      const worker = new Worker({ requests: queue.name, codec: text, transport }, (request) => {
        done.push(request);
      });
      const running = worker.run();
      await once(worker, 'ready');
      await nextTurn();
      const codes = await warningsOf(async () => {
        assert.ok(sender.trySend('a'));
        const closing = worker.close();
        isTaken = sender.trySend('b');
        await Promise.all([closing, running]);
      });
      assert.deepEqual(codes, []);
      done.push(...takeAll(queue));
      assert.deepEqual(done, isTaken ? ['a', 'b'] : ['a']);
    }
  });

  it('goes with the queue that its Host unlinks', async () => {
    const requests = temporaryName();
    for (let isTaken = false; !isTaken;) {
      const host = new Host({ requests, responses: queue.name, transport });
      await host.open();
      const waiting = host.receive().catch(() => undefined);
      await nextTurn();
      const codes = await warningsOf(async () => {
        assert.ok(sender.trySend('a'));
        const closing = host.close();
        isTaken = sender.trySend('b');
        await Promise.all([closing, waiting]);
      });
      assert.deepEqual(codes, []);
      assert.ok(!exists(queue.name));
      await Promise.all([queue.close(), sender.close()]);
      open();
    }
  });
});
