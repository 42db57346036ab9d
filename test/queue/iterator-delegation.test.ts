import assert from 'node:assert/strict';
import { text, type MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';

const ways: [title: string, iterate: (queue: MessageQueue) => AsyncIterable<unknown>][] = [
  ['a queue', (queue) => queue],
  ['a reader', (queue) => queue.createReadStream({ codec: text })],
];

for (const [title, iterate] of ways) {
  describe(`a generator that delegates to ${title}`, () => {
    async function* delegate(queue: MessageQueue): AsyncGenerator<unknown, unknown> {
      yield* iterate(queue);
      return 'ended';
    }

    it('throws what is thrown into it, and loses nothing', async () => {
      const queue = temporaryQueue({ maxMessages: 2 });
      const generator = delegate(queue);
      for (const data of ['a', 'b']) await queue.send(data);
      assert.equal((await generator.next()).done, false);
      const mine = new Error('mine');
      await assert.rejects(generator.throw(mine), mine);
      assert.deepEqual(await generator.next(), { done: true, value: undefined });
      assert.equal((await queue.receive()).text(), 'b');
    });

    it('returns what it is told to', async () => {
      const queue = temporaryQueue({ maxMessages: 1 });
      const generator = delegate(queue);
      await queue.send('a');
      await generator.next();
      assert.deepEqual(await generator.return('mine'), { done: true, value: 'mine' });
    });
  });
}

describe('the iterator of a queue', () => {
  it('ends its steps when it is disposed of', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const iterator = queue[Symbol.asyncIterator]();
    const step = iterator.next();
    await iterator[Symbol.asyncDispose]();
    assert.deepEqual(await step, { done: true, value: undefined });
    await queue.send('a');
    assert.equal((await queue.receive()).text(), 'a');
  });

  it('ends its steps when an error is thrown into it', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const iterator = queue[Symbol.asyncIterator]();
    const step = iterator.next();
    const mine = new Error('mine');
    await assert.rejects(iterator.throw?.(mine) ?? Promise.resolve(), mine);
    assert.deepEqual(await step, { done: true, value: undefined });
  });
});
