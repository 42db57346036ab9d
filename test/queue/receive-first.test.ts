import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike, nextTurn, until } from '../support/code.js';

const SMALL = { maxMessages: 4, maxMessageSize: 16 };

describe('MessageQueue.receiveFirst()', () => {
  let a: MessageQueue;
  let b: MessageQueue;
  beforeEach(() => {
    a = temporaryQueue(SMALL);
    b = temporaryQueue(SMALL);
  });

  it('takes what is there, from the foremost queue that has something', async () => {
    b.trySend('b1');
    a.trySend('a1');
    const first = await MessageQueue.receiveFirst([a, b]);
    assert.equal(first.queue, a);
    assert.equal(first.message.text(), 'a1');
    const second = await MessageQueue.receiveFirst([a, b], { timeout: 0 });
    assert.deepEqual([second.queue === b, second.message.text()], [true, 'b1']);
  });

  for (const wait of ['auto', 'loop', 'worker'] as const) {
    it(`waits for the first, and takes nothing from the others (${wait})`, async () => {
      const queues = [0, 1].map(() => temporaryQueue({ ...SMALL, wait })) as [
        MessageQueue,
        MessageQueue,
      ];
      const sender = MessageQueue.open(queues[1].name, { access: 'write' });
      const received: string[] = [];
      for (let round = 0; round < 20; round += 1) {
        const receiving = MessageQueue.receiveFirst(queues);
        if (round % 2 === 0)
          await until(
            () => queues.every((queue) => queue.waiting !== null),
            'all of the queues waiting',
          );
        sender.trySend(`b${round}`);
        const { queue, message } = await receiving;
        assert.equal(queue, queues[1]);
        received.push(message.text());
      }
      assert.deepEqual(
        received,
        Array.from({ length: 20 }, (_, round) => `b${round}`),
      );
      await until(() => queues.every((queue) => queue.waiting === null), 'the end of all waits');
      assert.deepEqual(
        queues.map((queue) => queue.heldMessages + queue.currentMessages),
        [0, 0],
      );
      await sender.close();
    });
  }

  it('loses none when both come at one time', async () => {
    for (let round = 0; round < 20; round += 1) {
      const receiving = MessageQueue.receiveFirst([a, b]);
      await until(() => a.waiting !== null && b.waiting !== null, 'two waits');
      a.trySend('a');
      b.trySend('b');
      const { queue, message } = await receiving;
      const other = queue === a ? b : a;
      assert.equal(message.text(), queue === a ? 'a' : 'b');
      assert.equal((await other.receive()).text(), other === a ? 'a' : 'b');
    }
  });

  it('stands in line behind those who came before', async () => {
    const before = a.receive();
    const receiving = MessageQueue.receiveFirst([a, b]);
    await nextTurn();
    a.trySend('first');
    a.trySend('second');
    assert.equal((await before).text(), 'first');
    assert.equal((await receiving).message.text(), 'second');
  });

  it('gives up by timeout, by signal and when one is closed, and leaves all lines', async () => {
    const details = { code: 'ETIMEDOUT', queue: `${a.name}, ${b.name}` };
    for (const timeout of [0, 2]) {
      await assert.rejects(MessageQueue.receiveFirst([a, b], { timeout }), details);
    }
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = MessageQueue.receiveFirst([a, b], { signal });
    await nextTurn();
    controller.abort();
    await assert.rejects(aborted, { code: 'ABORT_ERR' });
    await assert.rejects(MessageQueue.receiveFirst([a, b], { signal }), { code: 'ABORT_ERR' });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    const closed = MessageQueue.receiveFirst([a, b]);
    await nextTurn();
    const failing = assert.rejects(closed, { code: 'ERR_MQ_CLOSED', queue: b.name });
    await b.close();
    await failing;
    await assert.rejects(MessageQueue.receiveFirst([a, b]), { code: 'ERR_MQ_CLOSED' });
    await until(() => a.waiting === null, 'the end of the wait');
    a.trySend('x');
    assert.equal(a.tryReceive()?.text(), 'x');
  });

  it('refuses what is no list of queues', async () => {
    for (const queues of [undefined, [], [a, '/b'], a] as never[]) {
      const expected = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /'queues'/);
      await assert.rejects(MessageQueue.receiveFirst(queues), expected);
    }
  });
});
