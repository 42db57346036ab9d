import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createDuplex, json, MessageQueue, text } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { untilEmpty } from '../support/messages.js';

const abc = Buffer.from('abc');

/** Everything that is in the queue. */
function rest(queue: MessageQueue): Buffer[] {
  return [...untilEmpty(queue)].map(({ data }) => data);
}

describe('a writer that is given an encoding', () => {
  for (const encoding of ['hex', 'base64', 'base64url', 'latin1', 'ascii', 'utf-8'] as const) {
    it(`makes bytes of a string in ${encoding}`, async () => {
      const queue = temporaryQueue({ maxMessages: 6 });
      const stream = queue.createWriteStream();
      const string = abc.toString(encoding);
      stream.write(string, encoding);
      stream.write(string, encoding, () => undefined);
      stream.cork();
      stream.write(string, encoding);
      stream.write('plain');
      stream.uncork();
      stream.end(string, encoding);
      await once(stream, 'finish');
      assert.deepEqual(rest(queue), [abc, abc, abc, Buffer.from('plain'), abc]);
    });
  }

  it('takes it from setDefaultEncoding for what has none of its own', async () => {
    const queue = temporaryQueue({ maxMessages: 6 });
    const stream = queue.createWriteStream();
    stream.write('616263');
    stream.setDefaultEncoding('hex');
    stream.write('616263');
    stream.write('616263', () => undefined);
    stream.write('abc', 'utf8');
    stream.write(Buffer.from('616263'));
    stream.end('616263');
    await once(stream, 'finish');
    const plain = Buffer.from('616263');
    assert.deepEqual(rest(queue), [plain, abc, abc, abc, plain, abc]);
  });

  it('takes the one that a value was written with, whatever the default is later', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const stream = queue.createWriteStream();
    stream.cork();
    stream.setDefaultEncoding('hex').write('616263');
    stream.setDefaultEncoding('utf8').write('abc');
    stream.uncork();
    stream.end();
    await once(stream, 'finish');
    assert.deepEqual(rest(queue), [abc, abc]);
  });

  it('takes it for the string of a pair', async () => {
    const queue = temporaryQueue({ maxMessages: 1 });
    const stream = queue.createWriteStream({ withPriority: true });
    stream.end({ value: '616263', priority: 3 }, 'hex');
    await once(stream, 'finish');
    assert.deepEqual(rest(queue), [abc]);
  });

  it('is a channel too', async () => {
    const queue = temporaryQueue({ maxMessages: 3 });
    const channel = createDuplex({ readable: temporaryQueue(), writable: queue });
    channel.write('616263', 'hex');
    channel.setDefaultEncoding('hex');
    channel.write('616263');
    channel.end('YWJj', 'base64');
    await once(channel, 'finish');
    assert.deepEqual(rest(queue), [abc, abc, abc]);
    channel.destroy();
  });

  it('ignores it for what is no string, as Node does', async () => {
    const queue = temporaryQueue({ maxMessages: 2 });
    const stream = queue.createWriteStream();
    stream.write(abc, 'hex');
    stream.end(abc, 'buffer' as BufferEncoding);
    await once(stream, 'finish');
    assert.deepEqual(rest(queue), [abc, abc]);
  });

  for (const [name, codec] of [
    ['text', text],
    ['json', json],
  ] as const) {
    it(`refuses another than UTF-8 with the codec ${name}`, async () => {
      const queue = temporaryQueue({ maxMessages: 2 });
      const stream = queue.createWriteStream({ codec });
      const refusal = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: /codec raw/ };
      assert.throws(() => stream.write('616263', 'hex'), refusal);
      assert.throws(() => stream.end('616263', 'latin1'), refusal);
      assert.throws(() => stream.setDefaultEncoding('hex'), refusal);
      stream.setDefaultEncoding('utf-8');
      stream.write('abc', 'UTF-8' as BufferEncoding);
      stream.end('abc', 'utf8');
      await once(stream, 'finish');
      assert.equal(rest(queue).length, 2);
    });
  }

  it('refuses one that is unknown, as Node does', () => {
    const stream = temporaryQueue({ maxMessages: 1 }).createWriteStream();
    const bogus = 'bogus' as BufferEncoding;
    const refusal = { name: 'TypeError', code: 'ERR_UNKNOWN_ENCODING', message: /bogus/ };
    assert.throws(() => stream.write('a', bogus), refusal);
    assert.throws(() => stream.write(abc, bogus), refusal);
    assert.throws(() => stream.end('a', bogus), refusal);
    assert.throws(() => stream.setDefaultEncoding(bogus), refusal);
    assert.throws(() => stream.write('a', 'buffer' as BufferEncoding), {
      code: 'ERR_UNKNOWN_ENCODING',
    });
    stream.destroy();
  });
});
