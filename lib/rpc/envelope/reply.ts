import { badMember } from './envelope-error.js';
import { bodyBehind, endOfHeader, frame, membersOf, type Members } from './frame.js';
import { attemptOf, isObject, optionalText, rules, someText } from './members.js';
import { readPlainReply, writePlainReply } from './plain.js';
import { replySpillOf, type SpilledBody } from './spill.js';

/** Why a request failed, as the worker tells it. */
export interface ReplyError {
  /** One word for programs, such as `ENOENT` or `ERR_MQ_METHOD`. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  /** Whatever JSON can carry. */
  readonly data?: unknown;
}

/** What a worker tells the host beside the body. */
export interface ReplyHeader {
  /** The id of the request. */
  readonly id: string;
  /** Whether another reply to the same request follows. Absent: false. */
  readonly more?: boolean | undefined;
  /** Which attempt of the request it answers. Absent: 0. */
  readonly attempt?: number | undefined;
  /** Why it failed; always in the last reply. */
  readonly error?: ReplyError | undefined;
  /** Which worker it was. */
  readonly by?: string | undefined;
  /** What the body is, as in HTTP. */
  readonly contentType?: string | undefined;
  /** Where the body is, if not in the message. */
  readonly spill?: SpilledBody | undefined;
}

/** A reply as it was taken. */
export interface Reply extends ReplyHeader {
  /** False where the sender wrote none. */
  readonly more: boolean;
  /** 0 where the sender wrote none. */
  readonly attempt: number;
  /** A view of the message's bytes, not a copy. */
  readonly body: Buffer;
}

/**
 * The members of a reply, all of them valid.
 *
 * @throws EnvelopeError
 */
export function checkReply<B>(
  given: Members,
  body: B,
): ReplyHeader & { more: boolean; attempt: number; body: B } {
  const id = someText('id', rules.id, given['id']);
  const more = given['more'] ?? false;
  if (typeof more !== 'boolean' || given['more'] === null) {
    throw badMember('more', 'true or false');
  }
  const reply = {
    id,
    more,
    attempt: attemptOf('attempt', given['attempt']) ?? 0,
    error: errorOf(given['error']),
    by: optionalText('by', rules.by, given['by']),
    contentType: optionalText('contentType', rules.contentType, given['contentType']),
    spill: replySpillOf(given['spill']),
    body,
  };
  if (more && reply.error !== undefined) throw badMember('more', "absent beside an 'error'");
  return reply;
}

function errorOf(given: unknown): ReplyError | undefined {
  if (given === undefined) return undefined;
  if (!isObject(given)) throw badMember('error', "an object with 'code' and 'message'");
  const { data } = given;
  const code = someText('error', rules.code, given['code']);
  const message = someText('error', rules.message, given['message']);
  return data === undefined ? { code, message } : { code, message, data };
}

/** Than the id. */
function hasNothingElse(header: ReplyHeader): boolean {
  return (
    (header.more === undefined || header.more === false) &&
    (header.attempt === undefined || header.attempt === 0) &&
    header.error === undefined &&
    header.by === undefined &&
    header.contentType === undefined &&
    header.spill === undefined
  );
}

/** @throws EnvelopeError, whatever the bytes are */
export function decodeReply(data: Buffer): Reply {
  const end = endOfHeader(data);
  const body = bodyBehind(data, end);
  const id = readPlainReply(data.toString('latin1', 0, end));
  if (id === undefined) return checkReply(membersOf(data, end), body);
  return {
    id,
    more: false,
    attempt: 0,
    error: undefined,
    by: undefined,
    contentType: undefined,
    spill: undefined,
    body,
  };
}

/** @throws EnvelopeError for a header that no host would take */
export function encodeReply(header: ReplyHeader, body: Uint8Array): Buffer {
  if (hasNothingElse(header)) {
    const plain = writePlainReply(header.id, body);
    if (plain !== undefined) return plain;
  }
  const members = checkReply(header as unknown as Members, undefined);
  const written: { more: boolean | undefined; attempt: number | undefined } = members;
  if (!members.more) written.more = undefined;
  if (members.attempt === 0) written.attempt = undefined;
  return frame(written, body, true);
}
