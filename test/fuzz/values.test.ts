import assert from 'node:assert/strict';
import fc from 'fast-check';
import { json, MessageQueue, text } from 'posix-mqueue';
import { temporaryQueue } from 'posix-mqueue/testing';
import { unlinkQuietly } from '../support/code.js';
import { runs } from './runs.js';

const SIZE = 512;
const SMALL = { maxMessages: 4, maxMessageSize: SIZE };

interface Told extends Error {
  code?: unknown;
}

describe('any value', function () {
  this.timeout(600_000);

  it('as a payload and a priority: comes out as it went in', () => {
    const queue = temporaryQueue(SMALL);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: SIZE }), fc.nat(32_767), (bytes, priority) => {
        assert.equal(queue.trySend(bytes, { priority }), true);
        const message = queue.tryReceive();
        assert.deepEqual(new Uint8Array(message?.data ?? []), bytes);
        assert.equal(message?.priority, priority);
      }),
      runs(300),
    );
  });

  it('as a string: comes out as it went in, or is refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (string) => {
        const wellFormed = !/\p{Surrogate}/u.test(string);
        if (wellFormed) assert.equal(text.decode(Buffer.from(text.encode(string))), string);
        else assert.throws(() => text.encode(string), TypeError);
      }),
      runs(300),
    );
  });

  it('as JSON: comes out as it went in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const bytes = Buffer.from(json.encode(value));
        if (bytes.includes('"__proto__":')) return;
        assert.deepEqual(json.decode(bytes), JSON.parse(JSON.stringify(value)));
      }),
      runs(300),
    );
  });

  it('as bytes for the codecs: a value or an error that quotes nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 64 }), (bytes) => {
        for (const codec of [text, json]) {
          try {
            codec.decode(Buffer.from(bytes));
          } catch (error) {
            const quoted = Buffer.from(bytes).toString('latin1');
            assert.ok(!(error as Error).message.includes(quoted));
          }
        }
      }),
      runs(300),
    );
  });

  it('as a name: a queue of that name, or an error that says what is wrong', async () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }).map((word) => `/${word}`),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.anything(),
    );
    const known = ['EINVAL', 'ENOENT', 'EACCES', 'ENAMETOOLONG', 'ERR_INVALID_ARG_TYPE'];
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        let queue: MessageQueue;
        try {
          queue = MessageQueue.open(name as string, { create: true, exclusive: true, ...SMALL });
        } catch (error) {
          assert.ok(error instanceof TypeError, String(error));
          assert.ok(known.includes((error as Told).code as string), String(error));
          return;
        }
        assert.equal(queue.name, name);
        await queue.send('x');
        const again = MessageQueue.open(name as string);
        assert.equal(again.currentMessages, 1);
        await again.close();
        await queue.close();
        unlinkQuietly(name as string);
      }),
      runs(200),
    );
  });

  it('as options: taken or refused with the name of the option', async () => {
    const options = fc.dictionary(
      fc.oneof(
        fc.constantFrom('create', 'mode', 'maxMessages', 'maxMessageSize', 'wait', 'busyPoll'),
        fc.constantFrom('access', 'reopen', 'trustedOwner', 'exclusive'),
        fc.string(),
      ),
      fc.anything(),
    );
    const queue = temporaryQueue(SMALL);
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        try {
          await MessageQueue.open(queue.name, given).close();
        } catch (error) {
          const { code, message } = error as Told;
          assert.ok(/^ERR_|^EEXIST$|^EINVAL$/.test(String(code)), String(error));
          const named = Object.keys(given).some((key) => message.includes(key.slice(0, 20)));
          assert.ok(named || code === 'EEXIST', message);
        }
      }),
      runs(300),
    );
    assert.deepEqual(queue.stat().unlinked, false);
  });

  it('as data and options of send and receive: a TypeError, and nothing is sent', async () => {
    const queue = temporaryQueue(SMALL);
    const wrong = fc.anything().filter((value) => typeof value !== 'string');
    await fc.assert(
      fc.asyncProperty(wrong, fc.anything(), async (data, option) => {
        const before = queue.currentMessages;
        const given = { timeout: option, priority: option } as never;
        const sending = queue.send(data as never, given).then(
          () => true,
          (error: Told) => {
            assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
            return false;
          },
        );
        if (await sending) assert.notEqual(queue.tryReceive(), null);
        assert.equal(queue.currentMessages, before);
      }),
      runs(300),
    );
  });
});
