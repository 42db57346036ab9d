import { monotonic } from '../../base/timers.js';
import type { MessageHeaders } from '../../transport/transport.js';
import { LONGEST_HEADER, type Members } from '../envelope/frame.js';
import { badMember } from '../envelope/envelope-error.js';
import { checkReply, type ReplyError } from '../envelope/reply.js';
import { checkRequest } from '../envelope/request.js';
import type { Wire } from './wire.js';

// The members of MQ1 as the properties of a message, so that who knows no MQ1 can be the other side: see docs/protocol.md.

/** How the names of what is the protocol's own begin, and those of what is the broker's. */
const OWN = /^(?:mq-|x-|trace(?:parent|state)$)/;

/** Of a member and what becomes of it, those that are there. */
type Entry = readonly [name: string, value: string | number | boolean | undefined];

function headersOf(entries: readonly Entry[]): MessageHeaders | undefined {
  const given = entries.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : (Object.fromEntries(given) as MessageHeaders);
}

function metaEntries(meta: Readonly<Record<string, string>> | undefined): Entry[] {
  const entries = Object.entries(meta ?? {});
  if (entries.some(([name]) => OWN.test(name))) {
    throw badMember(
      'meta',
      "an object whose keys do not begin with 'mq-' or 'x-', nor are 'traceparent' or 'tracestate'",
    );
  }
  return entries;
}

/** What an application adds is text. */
function metaOf(headers: MessageHeaders): object | undefined {
  const entries = Object.entries(headers).filter(
    ([name, value]) => typeof value === 'string' && !OWN.test(name),
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** It has passed where nothing is left of it: then nobody is to get it. */
function leftOf(deadline: number | undefined): number | undefined {
  return deadline === undefined ? undefined : Math.max(1, Math.ceil(deadline - monotonic()));
}

/** Each machine has a clock of its own: it counts from when the message came. */
function deadlineOf(expiration: number | undefined): number | undefined {
  return expiration === undefined ? undefined : Math.ceil(monotonic() + expiration);
}

function errorText(error: ReplyError | undefined): string | undefined {
  let text: string | undefined;
  try {
    text = error && JSON.stringify(error);
  } catch {
    throw badMember('error', "an object whose 'data' is something that JSON can carry");
  }
  // A broker takes no headers that are larger than a frame. The limit is that of the envelope.
  if (text !== undefined && Buffer.byteLength(text) > LONGEST_HEADER) {
    throw badMember('error', `at most ${LONGEST_HEADER} bytes of JSON`);
  }
  return text;
}

function errorOf(text: string | number | boolean | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(String(text));
  } catch {
    throw badMember('error', 'JSON');
  }
}

/** For transports whose messages carry properties. */
export const propertyWire: Wire = {
  spills: false,
  packRequest(header, body) {
    const { id, replyTo, method, contentType, deadline, meta, ...rest } = checkRequest(
      header as Members,
      undefined,
      'address',
    );
    const headers = headersOf([
      ['mq-attempt', rest.attempt === 0 ? undefined : rest.attempt],
      ['traceparent', rest.traceparent],
      ['tracestate', rest.tracestate],
      ...metaEntries(meta),
    ]);
    const expiration = leftOf(deadline);
    const properties = {
      correlationId: id,
      replyTo,
      type: method,
      contentType,
      expiration,
      headers,
    };
    return { body, properties };
  },
  readRequest({ body, correlationId, replyTo, type, contentType, expiration, headers = {} }) {
    const { 'mq-attempt': attempt, traceparent, tracestate } = headers;
    const deadline = deadlineOf(expiration);
    const about = {
      contentType,
      deadline,
      attempt,
      traceparent,
      tracestate,
      meta: metaOf(headers),
    };
    return checkRequest({ id: correlationId, replyTo, method: type, ...about }, body, 'address');
  },
  packReply(header, body) {
    const { id, more, attempt, error, by, contentType } = checkReply(
      header as unknown as Members,
      undefined,
    );
    const headers = headersOf([
      ['mq-more', more || undefined],
      ['mq-attempt', attempt === 0 ? undefined : attempt],
      ['mq-error', errorText(error)],
      ['mq-by', by],
    ]);
    return { body, properties: { correlationId: id, contentType, headers } };
  },
  readReply({ body, correlationId, contentType, headers = {} }) {
    const { 'mq-more': more, 'mq-attempt': attempt, 'mq-error': error, 'mq-by': by } = headers;
    const about = { id: correlationId, more, attempt, error: errorOf(error), by, contentType };
    return checkReply(about, body);
  },
};
