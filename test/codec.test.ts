import assert from 'node:assert/strict';
import { json, raw, text } from 'posix-mqueue';

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
    assert.throws(() => json.encode(1n), TypeError);
  });
});
