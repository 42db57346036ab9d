import assert from 'node:assert/strict';
import { once } from 'node:events';
import { firstValueFrom, from, lastValueFrom } from 'rxjs';
import {
  createReadStream,
  createWriteStream,
  cstring,
  Message,
  type DecodingCodec,
  type EncodingCodec,
} from 'posix-mqueue';
import { consumeQueue, fromQueue, toQueue } from 'posix-mqueue/rxjs';
import { temporaryQueue } from 'posix-mqueue/testing';
import { errorLike } from '../support/code.js';

const reads: DecodingCodec<number> = { decode: (data) => Number(data.toString()) };
const writes: EncodingCodec<number> = { encode: (value) => Buffer.from(String(value)) };

describe('half a codec', () => {
  it('is enough for a stream', async () => {
    const queue = temporaryQueue();
    const reader = queue.createReadStream({ codec: reads });
    const writer = queue.createWriteStream({ codec: writes });
    const byName = createReadStream(queue.name, { codec: reads });
    byName.destroy();
    createWriteStream(queue.name, { codec: writes }).end();
    const data = once(reader, 'data');
    writer.end(7);
    const [value] = (await data) as [number];
    assert.equal(value, 7);
    reader.destroy();
  });

  it('is enough for an Observable', async () => {
    const queue = temporaryQueue();
    await lastValueFrom(from([1, 2]).pipe(toQueue(queue, { codec: writes })));
    const first: number = await firstValueFrom(fromQueue(queue, { codec: reads }));
    assert.equal(first, 1);
    const double = async (value: number): Promise<number> => value * 2;
    assert.equal(await firstValueFrom(consumeQueue(queue, double, { codec: reads })), 4);
  });

  it('is refused where it is the wrong half, which is named', () => {
    const queue = temporaryQueue();
    const reader = { codec: writes } as never;
    const writer = { codec: reads } as never;
    const decode = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /with decode\(\)/);
    const encode = errorLike(TypeError, { code: 'ERR_INVALID_ARG_TYPE' }, /with encode\(\)/);
    assert.throws(() => queue.createReadStream(reader), decode);
    assert.throws(() => fromQueue(queue, reader), decode);
    assert.throws(() => consumeQueue(queue, async () => 1, reader), decode);
    assert.throws(() => queue.createWriteStream(writer), encode);
    assert.throws(() => toQueue(queue, writer), encode);
  });
});

describe('the codec cstring', () => {
  it('sends the NUL that ends a string in C, and takes it off', async () => {
    const queue = temporaryQueue();
    const writer = queue.createWriteStream({ codec: cstring });
    writer.end('grün');
    const { data } = await queue.receive();
    assert.deepEqual(data, Buffer.from('grün\0'));
    assert.equal(cstring.decode(data), 'grün');
  });

  for (const [bytes, string] of [
    ['', ''],
    ['\0', ''],
    ['a', 'a'],
    ['a\0', 'a'],
    ['a\0left in the buffer\xff', 'a'],
  ] as const) {
    it(`decodes ${JSON.stringify(bytes)}`, () => {
      assert.equal(cstring.decode(Buffer.from(bytes, 'latin1')), string);
    });
  }

  it('is as strict as text', () => {
    assert.throws(() => cstring.decode(Buffer.of(0xff, 0)), TypeError);
    for (const value of ['a\0b', '\ud800', 1] as never[]) {
      assert.throws(() => cstring.encode(value), TypeError);
    }
  });
});

describe('message.json()', () => {
  it('quotes nothing of a message that is no JSON', () => {
    const message = new Message(Buffer.from('{"password": secret}'));
    assert.throws(
      () => message.json(),
      errorLike(SyntaxError, {}, /^this is no JSON( at position \d+)?$/),
    );
    assert.throws(() => new Message(Buffer.from('{"__proto__": 1}')).json(), SyntaxError);
    assert.throws(() => new Message(Buffer.of(0x22, 0xff, 0x22)).json(), TypeError);
    assert.deepEqual(new Message(Buffer.from('[1]')).json<number[]>(), [1]);
  });
});
