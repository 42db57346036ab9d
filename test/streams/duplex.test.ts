import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDuplex, json, text } from 'posix-mqueue';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { until } from '../support/code.js';

function capitals(): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark: 0,
    transform: (chunk: string, _, callback) => callback(null, chunk.toUpperCase()),
  });
}

describe('createDuplex', () => {
  it('is a worker as pipeline(channel, transform, channel)', async () => {
    const requests = temporaryQueue({ maxMessages: 1 });
    const responses = temporaryQueue({ maxMessages: 1 });
    const channel = createDuplex({
      readable: requests.name,
      writable: responses.name,
      codec: text,
    });
    const working = pipeline(channel, capitals(), channel);
    for (let number = 0; number < 20; number += 1) {
      await requests.send(`request ${number}`);
      assert.equal((await responses.receive()).text(), `REQUEST ${number}`);
    }
    channel.stop();
    await working;
    assert.equal(channel.destroyed, true);
  });

  it('closes what it opened, and leaves what it was given', async () => {
    const requests = temporaryQueue();
    const responses = temporaryQueue();
    const channel = createDuplex({ readable: requests, writable: responses });
    channel.resume().end('a');
    channel.stop();
    await once(channel, 'close');
    assert.deepEqual([requests.closed, responses.closed], [false, false]);
    assert.equal((await responses.receive()).text(), 'a');
  });

  it('keeps each direction when the other ends', async () => {
    const requests = temporaryQueue();
    const responses = temporaryQueue();
    const channel = createDuplex({ readable: requests, writable: responses, codec: json });
    channel.end(1);
    await once(channel, 'finish');
    await requests.send('2');
    assert.deepEqual(await once(channel, 'data'), [2]);
    await channel[Symbol.asyncDispose]();
  });

  it('hands back what is unread', async () => {
    const requests = temporaryQueue();
    const responses = temporaryQueue();
    for (const data of ['a', 'b']) await requests.send(data);
    const channel = createDuplex({
      readable: requests,
      writable: responses,
      readableHighWaterMark: 2,
    });
    channel.on('readable', () => undefined);
    await until(() => channel.readableLength === 2, 'two chunks in the buffer');
    await channel[Symbol.asyncDispose]();
    assert.equal(requests.heldMessages, 2);
  });

  it('refuses wrong arguments, and opens neither queue then', () => {
    const queue = temporaryQueue();
    const missing = temporaryName();
    const options = { readable: queue.name, writable: missing };
    assert.throws(() => createDuplex(options), { code: 'ENOENT', queue: missing });
    const both = { readable: queue, writable: queue, create: true };
    assert.throws(() => createDuplex(both), { code: 'ERR_INVALID_ARG_VALUE', message: /'create'/ });
    const number = { readable: 1 as unknown as string, writable: queue };
    assert.throws(() => createDuplex(number), {
      code: 'ERR_INVALID_ARG_TYPE',
      message: /readable/,
    });
  });
});
