import assert from 'node:assert/strict';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { descriptorsOf, nextTurn, until } from '../support/code.js';
import { runFixture } from '../support/child.js';

const SMALL = { maxMessages: 2, maxMessageSize: 16 };

describe("the event 'readable'", () => {
  it('is told for a message that is there, and takes nothing', async () => {
    const queue = temporaryQueue(SMALL);
    queue.trySend('x');
    await once(queue, 'readable');
    assert.equal(queue.currentMessages, 1);
    assert.equal(queue.tryReceive()?.text(), 'x');
  });

  it('is told for each message that comes, to every listener and every object', async () => {
    const queue = temporaryQueue(SMALL);
    const other = MessageQueue.open(queue.name, { access: 'read' });
    const seen: string[] = [];
    const told = [queue, other].map((each, index) => {
      let count = 0;
      each.on('readable', () => {
        count += 1;
        seen.push(`${index}: ${each.currentMessages}`);
      });
      return () => count;
    });
    await nextTurn();
    assert.deepEqual(seen, []);
    for (let round = 1; round <= 2; round += 1) {
      queue.trySend('x');
      await until(() => told.every((count) => count() >= round), 'notice of each change');
    }
    assert.equal(queue.currentMessages, 2);
    await other.close();
  });

  it('is told to one who takes a single message each time, as long as there are more', async () => {
    const queue = temporaryQueue(SMALL);
    queue.trySend('a');
    queue.trySend('b');
    const received: (string | undefined)[] = [];
    queue.on('readable', () => received.push(queue.tryReceive()?.text()));
    await until(() => received.length === 2, 'two messages received');
    queue.trySend('c');
    await until(() => received.length === 3, 'three messages received');
    assert.deepEqual(received, ['a', 'b', 'c']);
  });

  it('costs nothing once nobody listens any more', async () => {
    const queue = temporaryQueue(SMALL);
    const listener = (): void => assert.fail('told');
    queue.on('readable', listener);
    queue.off('readable', listener);
    queue.trySend('x');
    await nextTurn();
    await nextTurn();
    assert.equal(queue.currentMessages, 1);
  });

  it('ends with the queue, also from within', async () => {
    const queue = temporaryQueue(SMALL);
    queue.trySend('x');
    let closing: Promise<unknown> | undefined;
    queue.on('readable', () => {
      closing = queue.close();
    });
    await until(() => closing !== undefined, 'a close within the listener');
    await closing;
    await until(() => descriptorsOf(queue.name) === 0, 'closed descriptors');
  });

  it('goes on with the queue that has the name', async () => {
    const name = temporaryName();
    const how = { ...SMALL, create: true };
    const queue = MessageQueue.open(name, { ...how, reopen: true });
    let told = 0;
    queue.on('readable', () => (told += 1));
    await nextTurn();
    MessageQueue.unlink(name);
    const next = MessageQueue.open(name, how);
    next.trySend('x');
    await until(() => told > 0, 'notice of a change');
    assert.equal(queue.tryReceive()?.text(), 'x');
    await queue.close();
    await next.close();
  });

  for (const [action, end] of [
    ['none', 'SIGTERM'],
    ['unref', null],
    ['off', null],
    ['close', null],
  ] as const) {
    it(`keeps the process alive as a wait does (${action})`, async () => {
      const child = runFixture('watches', [action]);
      await child.printed('listening');
      if (end !== null) child.kill(end);
      const { signal, stderr } = await child.end;
      assert.deepEqual([signal, stderr], [end, '']);
    });
  }
});

describe("the event 'writable'", () => {
  it('is told once when there is room again', async () => {
    const queue = temporaryQueue({ ...SMALL, maxMessages: 1 });
    const reader = MessageQueue.open(queue.name, { access: 'read' });
    let told = 0;
    queue.on('writable', () => (told += 1));
    assert.equal(queue.trySend('a'), true);
    assert.equal(queue.trySend('b'), false);
    await nextTurn();
    assert.equal(told, 0);
    reader.tryReceive();
    await until(() => told > 0, 'notice of a change');
    assert.equal(queue.trySend('b'), true);
    reader.tryReceive();
    await nextTurn();
    await nextTurn();
    assert.equal(told, 1);
    await reader.close();
  });

  it('is told of a queue that was full when the listener came, by another sender too', async () => {
    const queue = temporaryQueue({ ...SMALL, maxMessages: 1 });
    const writer = MessageQueue.open(queue.name, { access: 'write' });
    queue.trySend('a');
    const writable = once(writer, 'writable');
    queue.tryReceive();
    await writable;
    await writer.close();
  });

  it('is told of room that came before the listener', async () => {
    const queue = temporaryQueue({ ...SMALL, maxMessages: 1 });
    queue.trySend('a');
    assert.equal(queue.trySend('b'), false);
    queue.tryReceive();
    await once(queue, 'writable');
  });
});

describe("the event 'empty'", () => {
  it('is told when there is no message, and none was taken for this', async () => {
    const queue = temporaryQueue(SMALL);
    await once(queue, 'empty');
    queue.trySend('a');
    queue.trySend('b');
    let told = 0;
    const reader = MessageQueue.open(queue.name, { access: 'read' });
    reader.on('empty', () => (told += 1));
    await nextTurn();
    queue.tryReceive();
    await nextTurn();
    await nextTurn();
    assert.equal(told, 0);
    queue.tryReceive();
    await until(() => told > 0, 'notice of the last change');
    await reader.close();
  });

  it('is told with others, and costs nothing once nobody listens any more', async () => {
    const queue = temporaryQueue(SMALL);
    const seen: string[] = [];
    queue.on('readable', () => seen.push('readable'));
    const empty = (): unknown => seen.push('empty');
    queue.on('empty', empty);
    await until(() => seen.join() === 'empty', 'notice of the present state');
    queue.trySend('a');
    await until(() => seen.includes('readable'), 'notice of a message');
    queue.off('empty', empty);
    queue.tryReceive();
    await nextTurn();
    await nextTurn();
    assert.deepEqual(new Set(seen.slice(1)), new Set(['readable']));
  });
});
