import assert from 'node:assert/strict';
import { once } from 'node:events';
import { json, text, type InvalidMessageError } from 'posix-mqueue';
import { Worker } from 'posix-mqueue/service';
import { temporaryName, temporaryQueue } from 'posix-mqueue/testing';
import { unlinkQuietly } from '../support/code.js';

const SIZES = { maxMessages: 8, maxMessageSize: 8192 };
const DEEP = 4000;

const bad: [string, Buffer | string, RegExp][] = [
  ['a key __proto__', '{"a":[{"__proto__":{"admin":true}}]}', /__proto__/],
  ['a key __proto__ in escapes', '{"\\u005f_proto_\\u005f":1}', /__proto__/],
  ['deep nesting that does not end', '['.repeat(DEEP), /no JSON/],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), /not valid/],
  ['half of a surrogate pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), /not valid/],
  ['nothing', '', /no JSON/],
  ['a NUL', '\0', /no JSON/],
  ['a secret', '{"password": "hunter2"', /no JSON/],
];

describe('what the JSON codec refuses', () => {
  for (const [what, bytes, reason] of bad) {
    it(`${what}: told to onInvalid, and the stream goes on`, async () => {
      const queue = temporaryQueue(SIZES);
      await queue.send(bytes);
      await queue.send('"next"');
      const told: InvalidMessageError[] = [];
      const onInvalid = (_: unknown, error: InvalidMessageError): void => void told.push(error);
      const stream = queue.createReadStream({ codec: json, onInvalid });
      const [value] = (await once(stream, 'data')) as [unknown];
      assert.equal(value, 'next');
      assert.equal(told.length, 1);
      const error = told[0] as InvalidMessageError;
      assert.match(String(error.cause), reason);
      assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /hunter2|admin/);
      assert.deepEqual(error.received.data, Buffer.from(bytes));
      stream.destroy();
    });
  }

  it('leaves prototypes as they are', () => {
    assert.throws(() => json.decode(Buffer.from('{"__proto__":{"polluted":1}}')));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('takes the word where it is a value, and other escapes', () => {
    const value = { a: '__proto__', 'ü\n': ['\u0001'] };
    assert.deepEqual(json.decode(Buffer.from(JSON.stringify(value))), value);
    assert.deepEqual(json.decode(Buffer.from('{"\\u0061":1}')), { a: 1 });
  });

  it('takes deep nesting that ends', () => {
    const nested = `${'['.repeat(DEEP)}"\\u0061"${']'.repeat(DEEP)}`;
    assert.ok(Array.isArray(json.decode(Buffer.from(nested))));
  });
});

describe('what is too large for the queue', () => {
  it('is refused before anything is sent, and tells nothing of it', async () => {
    const queue = temporaryQueue({ maxMessages: 2, maxMessageSize: 32 });
    const secret = 'hunter2'.repeat(10);
    for (const send of [() => queue.send(secret), async () => queue.trySend(secret)]) {
      await assert.rejects(send, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'EMSGSIZE');
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    }
    assert.equal(queue.currentMessages, 0);
  });
});

describe("a handler's secrets", () => {
  it('are in no warning', async () => {
    const requests = temporaryName();
    const worker = new Worker({ requests, codec: text }, () => {
      throw new Error('cannot log in with hunter2');
    });
    const warned = once(process, 'warning');
    const running = worker.run();
    await once(worker, 'ready');
    const { MessageQueue } = await import('posix-mqueue');
    const queue = MessageQueue.open(requests);
    await queue.send('x');
    const [warning] = (await warned) as [Error];
    assert.match(warning.message, /failed with.*Error/);
    assert.doesNotMatch(warning.message, /hunter2/);
    await queue.close();
    await worker.close();
    await running;
    unlinkQuietly(requests);
  });
});
