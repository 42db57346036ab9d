import assert from 'node:assert/strict';
import {
  decodeDeadLetter,
  encodeDeadLetter,
  type DeadLetterHeader,
} from '#dist/rpc/envelope/dead-letter.js';
import { decodeReply, encodeReply, type ReplyHeader } from '#dist/rpc/envelope/reply.js';
import { decodeRequest, encodeRequest } from '#dist/rpc/envelope/request.js';
import { vectors, type Kind } from '../../support/vectors.js';

type Decoded = [header: Record<string, unknown>, body: Buffer];

function decode(kind: Kind, bytes: Buffer): Decoded {
  if (kind === 'dead') {
    const { original, ...header } = decodeDeadLetter(bytes);
    return [{ ...header }, original];
  }
  const { body, ...header } = kind === 'request' ? decodeRequest(bytes) : decodeReply(bytes);
  return [{ ...header }, body];
}

function encode(kind: Kind, header: unknown, body: Buffer): Buffer {
  if (kind === 'request') return encodeRequest(header as object, body);
  if (kind === 'reply') return encodeReply(header as ReplyHeader, body);
  return encodeDeadLetter(header as DeadLetterHeader, body);
}

/** Without the members that are absent, or what absent means. */
function given(header: Record<string, unknown>): Record<string, unknown> {
  const { attempt, more, ...rest } = header;
  const all = { ...rest, attempt: attempt === 0 ? undefined : attempt, more: more || undefined };
  return JSON.parse(JSON.stringify(all)) as Record<string, unknown>;
}

describe('the vectors of clients/vectors.json', () => {
  for (const { name, kind, canonical, bytes, header, body } of vectors.valid) {
    it(`${kind}: ${name}`, () => {
      const data = Buffer.from(bytes, 'hex');
      const [decoded, rest] = decode(kind, data);
      assert.deepEqual(given(decoded), header);
      assert.equal(rest.toString('hex'), body);
      assert.equal(rest.buffer, data.buffer, 'the body is a view');
      const encoded = encode(kind, decoded, rest);
      assert.equal(encoded.equals(data), canonical);
      assert.deepEqual(decode(kind, encoded), [decoded, rest]);
    });
  }

  for (const { name, kind, bytes, reason } of vectors.invalid) {
    it(`no ${kind}: ${name} (${reason})`, () => {
      assert.throws(() => decode(kind, Buffer.from(bytes, 'hex')), {
        name: 'EnvelopeError',
        code: 'ERR_MQ_ENVELOPE',
        reason,
      });
    });
  }
});
