import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeReply, encodeReply } from '#dist/rpc/envelope/reply.js';
import { decodeRequest, encodeRequest } from '#dist/rpc/envelope/request.js';

// What is read and written without a parser of JSON is what the parser would have made of it.

/** The result, or that there is none. */
function outcome(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return (error as { code?: unknown; reason?: unknown }).reason ?? String(error);
  }
}

/** The same envelope with a blank in its JSON, which is then read by the parser. */
const withBlank = (data: Buffer): Buffer =>
  Buffer.concat([data.subarray(0, 5), Buffer.from(' '), data.subarray(5)]);

const character = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...'abz09.-_~!#[]{}:,/'.split('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"', '\\', ' ', '\u0000', '\u001f', '\u007f', 'é', '€', '\ud800'),
  },
);
const text = (most: number): fc.Arbitrary<string> =>
  fc.string({ unit: character, minLength: 0, maxLength: most });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const requests = fc.record({
  id: maybe(text(70)),
  replyTo: maybe(
    fc.oneof(
      text(20).map((word) => `/${word}`),
      fc.constantFrom(
        '/.',
        '/..',
        '/...',
        '/.a',
        '/',
        `/${'a'.repeat(255)}`,
        `/${'a'.repeat(256)}`,
      ),
    ),
  ),
  method: maybe(text(10)),
  deadline: maybe(
    fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, -0, -1, 1.5, 2 ** 53, NaN, 999_999_999_999_999)),
  ),
  attempt: fc.constantFrom(undefined, 0, 1),
  more: fc.constantFrom(undefined, false, true),
});
const bodies = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));

/** With members in their order, and some of them changed by a character. */
const lines = fc
  .tuple(
    requests,
    fc.nat(200),
    fc.constantFrom('', '', 'x', '"', ',', '}', '{', '0', '\\', ' ', '\n'),
  )
  .map(([members, place, put]) => {
    const json = JSON.stringify(members);
    const at = place % (json.length + 1);
    return Buffer.from(`MQ1 ${json.slice(0, at)}${put}${json.slice(at)}\n\n`);
  });

describe('the short way of an envelope', () => {
  it('reads what the long way reads', () => {
    fc.assert(
      fc.property(lines, (data) => {
        assert.deepEqual(
          outcome(() => decodeRequest(data)),
          outcome(() => decodeRequest(withBlank(data))),
        );
        assert.deepEqual(
          outcome(() => decodeReply(data)),
          outcome(() => decodeReply(withBlank(data))),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it('writes what is read again, and refuses what the long way refuses', () => {
    fc.assert(
      fc.property(requests, bodies, (header, body) => {
        const { id = 'none', more, attempt } = header;
        for (const [write, read] of [
          [() => encodeRequest(header, body), decodeRequest],
          [() => encodeReply({ id, more, attempt }, body), decodeReply],
        ] as const) {
          const written = outcome(write);
          if (!Buffer.isBuffer(written)) continue;
          const json = JSON.parse(written.toString('utf8', 4, written.indexOf(0x0a))) as object;
          const given = read === decodeReply ? { id, more, attempt } : header;
          for (const [name, value] of Object.entries(given)) {
            if (name === 'more' && read === decodeRequest) continue;
            const isDefault =
              value === undefined || value === false || (name === 'attempt' && value === 0);
            assert.equal(
              (json as Record<string, unknown>)[name],
              isDefault ? undefined : value === 0 ? 0 : value,
            );
          }
          assert.deepEqual(read(written), read(withBlank(written)));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses what no worker would take', () => {
    const none = Buffer.alloc(0);
    for (const header of [
      { id: '', replyTo: '/a' },
      { id: 'a'.repeat(65), replyTo: '/a' },
      { id: 'a', replyTo: '/.' },
      { id: 'a', replyTo: '/a/b' },
      { id: 'a', replyTo: '/a', method: '' },
      { id: 'a', replyTo: '/a', deadline: -1 },
    ]) {
      assert.throws(() => encodeRequest(header, none), { code: 'ERR_MQ_ENVELOPE' });
    }
    assert.throws(() => encodeReply({ id: 'a b' }, none), { code: 'ERR_MQ_ENVELOPE' });
  });
});
