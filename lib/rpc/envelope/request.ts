import { badMember } from './envelope-error.js';
import { bodyBehind, endOfHeader, frame, membersOf, type Members } from './frame.js';
import {
  attemptOf,
  optionalInteger,
  optionalMeta,
  optionalQueue,
  optionalText,
  rules,
} from './members.js';
import { readPlainRequest, writePlainRequest } from './plain.js';
import { requestSpillOf, type RequestSpill } from './spill.js';

/** What a host tells the worker beside the body. */
export interface RequestHeader {
  /** Tells the host which request a reply answers. Absent only where nobody waits for one. */
  readonly id?: string | undefined;
  /** The host's reply queue. Absent: a notification, nobody waits. */
  readonly replyTo?: string | undefined;
  /** Which of the worker's handlers is meant. */
  readonly method?: string | undefined;
  /** In milliseconds of CLOCK_MONOTONIC: after it, nobody waits any more. */
  readonly deadline?: number | undefined;
  /** How often it was sent before, with the same id. Absent: 0. */
  readonly attempt?: number | undefined;
  /** What the body is, as in HTTP. */
  readonly contentType?: string | undefined;
  /** The trace that it belongs to: W3C Trace Context. */
  readonly traceparent?: string | undefined;
  /** What the tracers add to that. */
  readonly tracestate?: string | undefined;
  /** What the application adds. */
  readonly meta?: Readonly<Record<string, string>> | undefined;
  /** Of a host that has large bodies go through shared memory. */
  readonly spill?: RequestSpill | undefined;
}

/** A request as it was taken. */
export interface Request extends RequestHeader {
  /** 0 where the sender wrote none. */
  readonly attempt: number;
  /** A view of the message's bytes, not a copy. */
  readonly body: Buffer;
}

/** How a queue is called for the replies: a queue of the kernel, or whatever a broker calls one. */
type ReplyToRule = 'queue' | 'address';

/**
 * The members of a request, all of them valid.
 *
 * @throws EnvelopeError
 */
export function checkRequest<B>(
  given: Members,
  body: B,
  rule: ReplyToRule,
): RequestHeader & { attempt: number; body: B } {
  const id = optionalText('id', rules.id, given['id']);
  if (given['replyTo'] !== undefined && id === undefined) {
    throw badMember('id', "given, because 'replyTo' is: the host tells its replies by it");
  }
  return {
    id,
    replyTo:
      rule === 'queue'
        ? optionalQueue('replyTo', given['replyTo'])
        : optionalText('replyTo', rules.address, given['replyTo']),
    method: optionalText('method', rules.method, given['method']),
    deadline: optionalInteger('deadline', given['deadline']),
    attempt: attemptOf('attempt', given['attempt']) ?? 0,
    contentType: optionalText('contentType', rules.contentType, given['contentType']),
    traceparent: optionalText('traceparent', rules.traceparent, given['traceparent']),
    tracestate: optionalText('tracestate', rules.tracestate, given['tracestate']),
    meta: optionalMeta(given['meta']),
    spill: requestSpillOf(given['spill']),
    body,
  };
}

/** Than the four members of a plain request. */
function hasNothingElse(header: RequestHeader): boolean {
  return (
    (header.attempt === undefined || header.attempt === 0) &&
    header.contentType === undefined &&
    header.traceparent === undefined &&
    header.tracestate === undefined &&
    header.meta === undefined &&
    header.spill === undefined
  );
}

/** @throws EnvelopeError, whatever the bytes are */
export function decodeRequest(data: Buffer): Request {
  const end = endOfHeader(data);
  const body = bodyBehind(data, end);
  const plain = readPlainRequest(data.toString('latin1', 0, end));
  if (plain === undefined) return checkRequest(membersOf(data, end), body, 'queue');
  const { id, replyTo, method, deadline } = plain;
  return {
    id,
    replyTo,
    method,
    deadline,
    attempt: 0,
    contentType: undefined,
    traceparent: undefined,
    tracestate: undefined,
    meta: undefined,
    spill: undefined,
    body,
  };
}

/** @throws EnvelopeError for a header that no worker would take */
export function encodeRequest(header: RequestHeader, body: Uint8Array): Buffer {
  const { id, replyTo, method, deadline } = header;
  if (id !== undefined && replyTo !== undefined && hasNothingElse(header)) {
    const plain = writePlainRequest(id, replyTo, method, deadline, body);
    if (plain !== undefined) return plain;
  }
  const members = checkRequest(header as Members, undefined, 'queue');
  // As it was taken it has an attempt always. To copy all the others for that took longer than all the rest.
  const written: { attempt: number | undefined } = members;
  if (members.attempt === 0) written.attempt = undefined;
  return frame(written, body, true);
}
