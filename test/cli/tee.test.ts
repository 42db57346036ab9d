import assert from 'node:assert/strict';
import type { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { mqueue, printedBy, startMqueue } from '../support/command.js';
import { until } from '../support/code.js';
import { leaseFiles } from '../support/leases.js';

const SIZES = { maxMessages: 4, maxMessageSize: 64 };

describe('mqueue tee', function () {
  this.timeout(20_000);

  let from: MessageQueue;
  let to: MessageQueue[];
  let names: string[];

  beforeEach(() => {
    from = temporaryQueue(SIZES);
    to = [temporaryQueue(SIZES), temporaryQueue(SIZES)];
    names = to.map(({ name }) => name);
  });

  const taken = async (queue: MessageQueue, count: number): Promise<[string, number][]> => {
    const messages = [];
    while (messages.length < count) messages.push(await queue.receive());
    return messages.map((each) => [each.text(), each.priority]);
  };

  it('moves each message on to all queues, with its priority, and ends after so many', async () => {
    await from.send('a', { priority: 3 });
    await from.send('b', { priority: 3 });
    await from.send('c');
    const stats = await printedBy(['tee', from.name.slice(1), ...names, '--count', '2', '--json']);
    const { received, sent } = JSON.parse(stats) as { received: number; sent: number };
    assert.deepEqual([received, sent], [2, 2]);
    for (const queue of to) {
      assert.deepEqual(await taken(queue, 2), [
        ['a', 3],
        ['b', 3],
      ]);
    }
    assert.deepEqual(await taken(from, 1), [['c', 0]]);
  });

  it('waits for the slowest, and at a signal puts back what that has no room for', async () => {
    const slow = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const child = startMqueue(['tee', from.name, names[0] ?? '', slow.name]);
    await child.erred(/all queues are open/);
    for (const each of ['a', 'b', 'c']) await from.send(each);
    const [fast] = to as [MessageQueue];
    await until(() => fast.currentMessages === 2 && from.currentMessages === 1, 'one in hand');
    assert.equal(slow.currentMessages, 1);
    child.kill('SIGTERM');
    const { signal, stderr } = await child.end;
    assert.equal(signal, 'SIGTERM');
    assert.match(stderr, /received 2, moved on 1/);
    // For the fast one it comes twice; for the slow one nothing is lost.
    assert.deepEqual((await taken(from, 2)).map(([text]) => text).toSorted(), ['b', 'c']);
  });

  it('passes on what is in hand when a signal comes and there is room again', async () => {
    const slow = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    const child = startMqueue(['tee', from.name, names[0] ?? '', slow.name]);
    for (const each of ['a', 'b']) await from.send(each);
    const [fast] = to as [MessageQueue];
    await until(() => fast.currentMessages === 2, 'one in hand');
    child.kill('SIGINT');
    assert.deepEqual(await taken(slow, 2), [
      ['a', 0],
      ['b', 0],
    ]);
    const { signal, stderr } = await child.end;
    assert.equal(signal, 'SIGINT');
    assert.match(stderr, /received 2, moved on 2/);
  });

  it('with --redelivery loses nothing by kill -9', async () => {
    const slow = temporaryQueue({ maxMessages: 1, maxMessageSize: 64 });
    await from.send('a');
    await from.send('b', { priority: 5 });
    const args = ['tee', '--redelivery', from.name, names[0] ?? '', slow.name];
    const child = startMqueue(args);
    const [fast] = to as [MessageQueue];
    // The second one is in its hand, and waits for room.
    await until(() => fast.currentMessages === 2, 'both in the fast one');
    child.kill('SIGKILL');
    assert.equal((await child.end).signal, 'SIGKILL');
    assert.deepEqual(await taken(slow, 1), [['b', 5]]);
    await printedBy([...args, '--count', '1']);
    assert.deepEqual(await taken(slow, 1), [['a', 0]]);
    assert.equal(fast.currentMessages, 3);
    assert.deepEqual(leaseFiles(from.name), []);
  });

  it('gives no queue a message that is too large for one of them', async () => {
    const small = temporaryQueue({ maxMessages: 1, maxMessageSize: 8 });
    await from.send('more than eight');
    const ended = await mqueue(['tee', from.name, names[0] ?? '', small.name]);
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /15 bytes .* too large for queue .*No queue has got/);
    assert.deepEqual([from.currentMessages, to[0]?.currentMessages], [1, 0]);
  });

  it('says that one is gone, and goes on when it is made again', async () => {
    const [, second] = to as [MessageQueue, MessageQueue];
    const child = startMqueue(['tee', from.name, ...names]);
    await child.erred(/all queues are open/);
    second.unlink();
    await from.send('a');
    await child.erred(/was removed: waiting/);
    await printedBy(['create', second.name, '--depth', '1', '--size', '64']);
    await child.erred(/is there again/);
    child.kill('SIGINT');
    await child.end;
    assert.match(await printedBy(['stat', second.name]), /^messages {2}1 of 1$/m);
    await printedBy(['rm', '--yes', second.name]);
  });

  it('refuses a queue that is not there, one twice, and where it comes from', async () => {
    const missing = temporaryName();
    const [name = ''] = names;
    for (const [args, code, text] of [
      [[from.name, missing], 1, /there is no queue .*mqueue create/],
      [[from.name, name, name], 2, /another queue each time/],
      [[from.name, from.name], 2, /<to> must be another queue than <from>/],
      [[from.name], 2, /missing required argument 'to'/],
    ] as const) {
      const ended = await mqueue(['tee', ...args]);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, text);
    }
  });
});
