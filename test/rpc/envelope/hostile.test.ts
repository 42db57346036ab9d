import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeDeadLetter, encodeDeadLetter } from '#dist/rpc/envelope/dead-letter.js';
import { EnvelopeError } from '#dist/rpc/envelope/envelope-error.js';
import { shortened } from '#dist/rpc/envelope/members.js';
import { decodeReply, encodeReply } from '#dist/rpc/envelope/reply.js';
import { decodeRequest, encodeRequest, type RequestHeader } from '#dist/rpc/envelope/request.js';
import { runs } from '../../fuzz/runs.js';

const decoders = [decodeRequest, decodeReply, decodeDeadLetter];
const LINE_FEED = 0x0a;

const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));
const word = fc.stringMatching(/^[!-~]{1,20}$/);
const label = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((text) => Buffer.byteLength(text) <= 64 && !/\p{Cc}/u.test(text));
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const name = fc.stringMatching(/^[0-9a-f]{24}(-[0-9a-z]{1,24}){1,2}$/);
const plain = { noNullPrototype: true };
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const spilled = fc.record({ name, size: fc.maxSafeNat(), sha256 }, plain);

const headers: fc.Arbitrary<RequestHeader> = fc.record({
  id: word,
  replyTo: optional(fc.stringMatching(/^\/[a-z]{1,20}$/)),
  method: optional(label),
  deadline: optional(fc.maxSafeNat()),
  attempt: optional(fc.nat(65_535)),
  contentType: optional(fc.stringMatching(/^[ -~]{1,20}$/)),
  traceparent: optional(word),
  tracestate: optional(word),
  meta: optional(
    fc.dictionary(
      label.filter((key) => key !== '__proto__'),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
  spill: optional(fc.oneof(spilled, fc.record({ name }, plain))),
});

/** What every decoder makes of it: a value, or the error that it may throw. */
function outcomes(data: Buffer): unknown[] {
  return decoders.map((decode) => {
    try {
      return decode(data);
    } catch (error) {
      assert.ok(error instanceof EnvelopeError, String(error));
      assert.ok(error.message.length < 200, error.message);
      return error;
    }
  });
}

/** JSON that does what it can to be taken for a header. */
const anyMembers = fc.dictionary(
  fc.constantFrom(
    ...['id', 'replyTo', 'method', 'deadline', 'attempt', 'contentType', 'traceparent'],
    ...[
      'tracestate',
      'meta',
      'spill',
      'more',
      'error',
      'by',
      'dead',
      '__proto__',
      'constructor',
      'length',
    ],
  ),
  fc.oneof(fc.jsonValue(), word, fc.string({ unit: 'binary' })),
);

describe('any bytes as an envelope', () => {
  it('are one, or an EnvelopeError', () => {
    const begun = fc.tuple(fc.constantFrom('', 'MQ1 ', 'MQ1 {', 'MQ1 {}\n', '\ufeffMQ1 '), bytes);
    fc.assert(
      fc.property(begun, ([start, rest]) => {
        outcomes(Buffer.concat([Buffer.from(start), rest]));
      }),
      runs(500),
    );
  });

  it('that are JSON of any kind are one, or an error that quotes nothing', () => {
    fc.assert(
      fc.property(anyMembers, bytes, (members, body) => {
        const secret = { ...members, x: 'hunter2' };
        const line = `MQ1 ${JSON.stringify(secret)}\n`;
        for (const outcome of outcomes(
          Buffer.concat([Buffer.from(line), body, Buffer.from('\n')]),
        )) {
          if (outcome instanceof EnvelopeError) assert.doesNotMatch(outcome.message, /hunter2/);
        }
      }),
      runs(500),
    );
    assert.equal(({} as Record<string, unknown>)['admin'], undefined);
  });

  it('with a nesting that fills the header are ignored, or no JSON', () => {
    const deep = '['.repeat(500);
    const [request] = outcomes(Buffer.from(`MQ1 {"x":${deep}${']'.repeat(500)}}\n\n`));
    assert.ok(!(request instanceof EnvelopeError));
    for (const outcome of outcomes(Buffer.from(`MQ1 {"x":${deep}\n\n`))) {
      assert.equal((outcome as EnvelopeError).reason, 'json');
    }
  });
});

describe('a request', () => {
  it('of any header and body comes out as it went in', () => {
    fc.assert(
      fc.property(headers, bytes, (header, body) => {
        const { body: decoded, ...rest } = decodeRequest(encodeRequest(header, body));
        assert.deepEqual(rest, { ...header, attempt: header.attempt ?? 0 });
        assert.deepEqual(decoded, body);
      }),
      runs(500),
    );
  });

  it('that is cut off is never taken for a whole one, but where its body has a line feed', () => {
    fc.assert(
      fc.property(headers, bytes, (header, body) => {
        const whole = encodeRequest(header, body);
        for (let length = 0; length < whole.length; length += 1) {
          const cut = whole.subarray(0, length);
          const [request] = outcomes(cut);
          if (request instanceof EnvelopeError) continue;
          const bodyLength = (request as { body: Buffer }).body.length;
          assert.equal(cut.at(-1), LINE_FEED);
          assert.ok(bodyLength < body.length && body[bodyLength] === LINE_FEED);
        }
      }),
      runs(100),
    );
  });

  it('has nothing in its header that the protocol does not know', () => {
    const extra = { id: 'a', secret: 1, body: 'b', more: true } as RequestHeader;
    assert.equal(encodeRequest(extra, Buffer.from('x')).toString(), 'MQ1 {"id":"a"}\nx\n');
  });

  it('with a header that is too long is refused, with what to do', () => {
    const meta = { a: 'hunter2'.repeat(200) };
    assert.throws(
      () => encodeRequest({ meta }, Buffer.alloc(0)),
      (error: EnvelopeError) => {
        assert.deepEqual([error.reason, error.code], ['line', 'ERR_MQ_ENVELOPE']);
        assert.match(error.message, /1024 is the most.*into the body/);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });

  it('with a member that no worker would take is refused', () => {
    const wrong: [RequestHeader, string][] = [
      [{ replyTo: '/r' }, 'id'],
      [{ id: 'a', replyTo: '/a/b' }, 'replyTo'],
      [{ method: '\ud800' }, 'method'],
      [{ deadline: Number.NaN }, 'deadline'],
      [{ meta: { a: '\ud800' } }, 'meta'],
      [{ meta: JSON.parse('{"__proto__":"x"}') as Record<string, string> }, 'meta'],
    ];
    for (const [header, reason] of wrong) {
      assert.throws(() => encodeRequest(header, Buffer.alloc(0)), {
        name: 'EnvelopeError',
        reason,
      });
    }
  });
});

describe('a reply', () => {
  it('with data that JSON cannot carry is refused', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const [data, reason] of [
      [1n, 'error'],
      [circular, 'error'],
      ['\ud800', 'unicode'],
      [JSON.parse('{"__proto__":1}'), 'proto'],
    ] as const) {
      const error = { code: 'E', message: '', data: data as unknown };
      assert.throws(() => encodeReply({ id: 'a', error }, Buffer.alloc(0)), { reason });
    }
  });
});

describe('a dead letter', () => {
  it('of any bytes gives them back', () => {
    fc.assert(
      fc.property(bytes, (original) => {
        const letter = encodeDeadLetter({ reason: 'envelope', from: '/jobs', at: 5 }, original);
        assert.deepEqual(letter.subarray(letter.indexOf(LINE_FEED) + 1), original);
        assert.deepEqual(decodeDeadLetter(letter).original, original);
      }),
      runs(300),
    );
  });
});

describe('a text that is made short', () => {
  it('fits, begins as it did, and has no half of a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 40 }), (given, most) => {
        const short = shortened(given, most);
        assert.ok(Buffer.byteLength(short) <= most);
        assert.doesNotMatch(short, /\p{Surrogate}/u);
        const whole = given.replace(/\p{Surrogate}/gu, '\ufffd');
        assert.ok(
          short === whole || (short.endsWith('...') && whole.startsWith(short.slice(0, -3))),
        );
      }),
      runs(300),
    );
  });
});
