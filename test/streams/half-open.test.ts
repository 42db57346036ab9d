import assert from 'node:assert/strict';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createDuplex, text, type MessageQueue } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { nextTurn, until } from '../support/code.js';

describe('for await over a channel', () => {
  let requests: MessageQueue;
  let responses: MessageQueue;

  beforeEach(() => {
    requests = temporaryQueue();
    responses = temporaryQueue({ maxMessages: 1 });
  });

  const open = (byName = false) =>
    createDuplex({
      readable: byName ? requests.name : requests,
      writable: byName ? responses.name : responses,
      codec: text,
    });
  type Channel = ReturnType<typeof open>;

  /** Answers each request, and stops the channel at the second one. */
  async function answerTwo(channel: Channel): Promise<Promise<void>[]> {
    const written: Promise<void>[] = [];
    for await (const request of channel) {
      written.push(
        new Promise((resolve, reject) => {
          channel.write(`${request} processed`, (error) => {
            if (error) reject(error);
            else resolve();
          });
        }),
      );
      if (written.length === 2) channel.stop();
    }
    return written;
  }

  for (const byName of [true, false]) {
    it(`sends what waits for room when its readable side has ended, by name: ${byName}`, async () => {
      for (const request of ['a', 'b']) await requests.send(request);
      const channel = open(byName);
      const written = await answerTwo(channel);
      assert.equal(channel.destroyed, false);
      assert.equal((await responses.receive()).text(), 'a processed');
      assert.equal((await responses.receive()).text(), 'b processed');
      await Promise.all(written);
      channel.write('one more');
      assert.equal((await responses.receive()).text(), 'one more');
      const closed = once(channel, 'close');
      channel.end('the last');
      assert.equal((await responses.receive()).text(), 'the last');
      await closed;
    });
  }

  it('sends all that a pipeline through a generator has for it', async () => {
    const channel = open();
    const working = pipeline(
      channel,
      async function* (source: AsyncIterable<string>) {
        for await (const request of source) {
          yield `${request} 1`;
          yield `${request} 2`;
        }
      },
      channel,
    );
    await requests.send('a');
    await until(() => responses.currentMessages === 1, 'a message in the queue');
    channel.stop();
    assert.equal((await responses.receive()).text(), 'a 1');
    assert.equal((await responses.receive()).text(), 'a 2');
    await working;
    assert.equal(channel.destroyed, true);
  });

  it('leaves it alone when the iterator is disposed of after the end', async () => {
    const channel = open();
    const iterator = channel[Symbol.asyncIterator]();
    const step = iterator.next();
    channel.stop();
    assert.equal((await step).done, true);
    await iterator.return?.();
    assert.equal(channel.destroyed, false);
    channel.end('a');
    await once(channel, 'close');
    assert.equal((await responses.receive()).text(), 'a');
  });

  it('destroys it when its writable side has ended before', async () => {
    await requests.send('a');
    const channel = open();
    channel.end();
    await once(channel, 'finish');
    for await (const request of channel) {
      assert.equal(request, 'a');
      channel.stop();
    }
    await until(() => channel.closed, 'the close of the channel');
  });

  it('leaves nothing of its own behind at the end', async () => {
    const channel = open();
    const count = (): number =>
      channel.eventNames().reduce((sum, name) => sum + channel.listenerCount(name), 0);
    const before = count();
    await requests.send('a');
    for await (const request of channel) {
      assert.equal(request, 'a');
      channel.stop();
    }
    assert.equal(count(), before);
    assert.deepEqual(await channel[Symbol.asyncIterator]().next(), {
      done: true,
      value: undefined,
    });
    await channel[Symbol.asyncDispose]();
  });

  for (const [how, leave] of [
    ['break', () => false],
    [
      'an error',
      () => {
        throw new Error('no');
      },
    ],
  ] as [string, () => boolean][]) {
    it(`destroys it when it is left early by ${how}`, async () => {
      await requests.send('a');
      await requests.send('b');
      const channel = open();
      const looped = (async () => {
        for await (const request of channel) {
          assert.equal(request, 'a');
          if (!leave()) break;
        }
      })();
      await looped.catch((error: Error) => assert.equal(error.message, 'no'));
      assert.equal(channel.destroyed, true);
      await until(() => channel.closed, 'the close of the channel');
      assert.equal((await requests.receive()).text(), 'b');
    });
  }

  it('ends with the error of a channel that failed', async () => {
    const channel = open();
    const failed = assert.rejects(
      (async () => {
        for await (const request of channel) assert.fail(request);
      })(),
      /no/,
    );
    await nextTurn();
    channel.destroy(new Error('no'));
    await failed;
    assert.equal(channel.destroyed, true);
  });

  it('ends with an error when it is destroyed meanwhile', async () => {
    const channel = open();
    const failed = assert.rejects(
      (async () => {
        for await (const request of channel) assert.fail(request);
      })(),
      { code: 'ERR_STREAM_PREMATURE_CLOSE' },
    );
    await nextTurn();
    channel.destroy();
    await failed;
  });
});

describe('for await over a reader', () => {
  it('destroys it at the end too', async () => {
    const queue = temporaryQueue();
    await queue.send('a');
    const stream = queue.createReadStream();
    for await (const chunk of stream) {
      assert.equal(String(chunk), 'a');
      stream.stop();
    }
    assert.equal(stream.destroyed, true);
  });
});
