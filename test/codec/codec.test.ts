import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import {
  InvalidMessageError,
  json,
  Message,
  MessageQueueError,
  raw,
  text,
  type AnyCodec,
} from 'posix-mqueue';
import { toBytes } from '#dist/base/bytes.js';
import { decodeMessage, encodeValue, isCodec, isOnInvalid } from '#dist/codec/codec.js';
import { errorLike } from '../support/code.js';

describe('codecs', () => {
  it('raw passes bytes on, and takes strings for UTF-8', () => {
    const data = Buffer.from([0, 255]);
    assert.equal(raw.decode(data), data);
    assert.deepEqual(Buffer.from(raw.encode('ü')), Buffer.from('ü'));
    assert.deepEqual(raw.encode(new Uint8Array([1]).buffer), new Uint8Array([1]));
    assert.throws(() => raw.encode(1 as never), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('text is strict, and keeps a BOM', () => {
    const string = '\uFEFFgrüße \u{1F600}';
    assert.equal(text.decode(Buffer.from(text.encode(string))), string);
    assert.throws(() => text.decode(Buffer.from([0xc3])), TypeError);
    assert.throws(() => text.decode(Buffer.from([0xed, 0xa0, 0x80])), TypeError);
    assert.throws(() => text.encode('half \ud800'), /surrogate/);
    assert.throws(() => text.encode(1 as never), { code: 'ERR_INVALID_ARG_TYPE' });
  });

  it('json has three uses', () => {
    const parse = (value: unknown): number => {
      if (typeof value !== 'number') throw new RangeError('no number');
      return value;
    };
    for (const codec of [json, json<number>(), json(parse)]) {
      assert.equal(codec.decode(Buffer.from(codec.encode(7 as never))), 7);
    }
    assert.throws(() => json(parse).decode(Buffer.from('"x"')), RangeError);
  });

  it('json refuses what is none', () => {
    assert.throws(() => json.decode(Buffer.from('{')), SyntaxError);
    assert.throws(() => json.decode(Buffer.from([0x22, 0xff, 0x22])), TypeError);
    assert.throws(() => json.encode(undefined), /no form for undefined/);
    assert.throws(() => json.encode(() => 1), /no form for a function/);
    assert.throws(() => json.encode({ toJSON: () => undefined }), /what toJSON\(\) returned/);
    assert.throws(() => json.encode(1n), TypeError);
  });
});

describe('bytes', () => {
  const whole = Uint8Array.from([9, 1, 2, 3, 4, 9, 9, 9]);
  const shared = new SharedArrayBuffer(2);
  new Uint8Array(shared).set([5, 6]);
  const kinds: Record<string, [data: unknown, bytes: number[]]> = {
    'a string': ['é\0', [0xc3, 0xa9, 0]],
    'an empty string': ['', []],
    'a part of an array': [whole.subarray(1, 3), [1, 2]],
    'a wider array': [new Uint16Array(whole.buffer, 2, 1), [2, 3]],
    'a DataView': [new DataView(whole.buffer, 3, 2), [3, 4]],
    'an ArrayBuffer': [whole.buffer, [...whole]],
    'a SharedArrayBuffer': [shared, [5, 6]],
  };
  for (const [kind, [data, bytes]] of Object.entries(kinds)) {
    it(`are those of ${kind}`, () => assert.deepEqual([...toBytes(data)], bytes));
  }

  it('are not copied', () => {
    const view = toBytes(new DataView(whole.buffer, 3, 2));
    assert.equal(view.buffer, whole.buffer);
    assert.equal(toBytes(whole), whole);
  });

  it('are nothing else, and an error tells nothing of its contents', () => {
    for (const value of [
      undefined,
      null,
      7,
      7n,
      { password: 'hunter2' },
      ['hunter2'],
      Symbol('x'),
    ]) {
      assert.throws(
        () => toBytes(value, 'body'),
        (error: Error) => {
          assert.doesNotMatch(inspect(error), /hunter2/);
          return errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /'body'/)(error);
        },
      );
    }
  });
});

describe('what a codec throws', () => {
  const fails = {
    encode: (value: string): Uint8Array => {
      throw new Error(`cannot take ${value}`);
    },
    decode: (data: Buffer): string => {
      throw new Error(`cannot take ${data.toString()}`);
    },
  };

  it('is the cause of an error that carries the message', () => {
    const message = new Message(Buffer.from('hunter2'), 4);
    assert.throws(
      () => decodeMessage(fails, message, '/q'),
      (error: Error) => {
        assert.equal((error.cause as Error).message, 'cannot take hunter2');
        assert.doesNotMatch(error.message, /hunter2/);
        const details = { code: 'ERR_MQ_INVALID_MESSAGE', received: message, queue: '/q' };
        return errorLike(InvalidMessageError, details)(error);
      },
    );
  });

  it('is the cause of an error that does not quote the value', () => {
    assert.throws(
      () => encodeValue(fails, 'hunter2', '/q'),
      (error: Error) => {
        assert.equal((error.cause as Error).message, 'cannot take hunter2');
        assert.doesNotMatch(error.message, /hunter2/);
        return errorLike(MessageQueueError, { code: 'ERR_MQ_ENCODE', queue: '/q' })(error);
      },
    );
  });

  it('does not quote the value where the codec is one of ours', () => {
    const quotes = (error: unknown): boolean => /hunter2|position 99/.test(inspect(error));
    assert.throws(
      () => encodeValue(text, { password: 'hunter2' } as never, '/q'),
      (error) => !quotes(error),
    );
    for (const body of ['hunter2', '{"hunter2": 1 x', 'at position 99', '["hunter2"]x']) {
      assert.throws(
        () => json.decode(Buffer.from(body)),
        (error) => error instanceof SyntaxError && !quotes(error),
      );
    }
  });

  it('is told in the error where the codec is one of ours', () => {
    const encode = (codec: AnyCodec, value: unknown) => () =>
      encodeValue(codec, value as never, '/q');
    assert.throws(encode(json, undefined), /could not be encoded: JSON has no form for undefined/);
    assert.throws(encode(text, '\ud800'), /could not be encoded: the string has half/);
    assert.throws(encode(raw, 7), /could not be encoded: 'value' must be .*, not number/);
  });

  it('tells where JSON is broken, where that is known', () => {
    assert.throws(() => json.decode(Buffer.from('{"a":1 x}')), /no JSON at position 7$/);
  });

  it('is not needed: what is no bytes is an error too', () => {
    const codec = { encode: () => 'a string' as never, decode: String };
    const expected = errorLike(
      MessageQueueError,
      { code: 'ERR_MQ_ENCODE' },
      /Buffer or Uint8Array/,
    );
    assert.throws(() => encodeValue(codec, 1 as never, '/q'), expected);
  });

  it('leaves text able to decode the next message', () => {
    assert.throws(() => text.decode(Buffer.from([0xe2, 0x82])), TypeError);
    assert.equal(text.decode(Buffer.from('€')), '€');
  });
});

describe('a codec option', () => {
  it('is an object or a function with both methods', () => {
    for (const codec of [raw, text, json, json<number>()]) {
      assert.doesNotThrow(() => isCodec('options.codec', codec));
    }
    for (const wrong of [null, undefined, 'text', {}, { encode: () => 1 }, { decode: () => 1 }]) {
      const expected = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /'options\.codec'/);
      assert.throws(() => isCodec('options.codec', wrong), expected);
    }
  });

  it("onInvalid is 'error' or a function", () => {
    for (const right of ['error', () => undefined]) {
      assert.doesNotThrow(() => isOnInvalid('options.onInvalid', right));
    }
    for (const wrong of ['skip', null, {}]) {
      assert.throws(() => isOnInvalid('options.onInvalid', wrong), {
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
  });
});
