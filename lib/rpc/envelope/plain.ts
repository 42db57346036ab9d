import { LINE_FEED, MAGIC } from './frame.js';

// Headers as nearly all are, of a few members that need no escape, in the order in which this library writes them: read and
// written without a parser of JSON, which takes longer than the queues themselves. Whatever is different goes the long way.

/** The members of a request that most have. */
export interface PlainRequest {
  readonly id: string;
  readonly replyTo: string;
  readonly method: string | undefined;
  readonly deadline: number | undefined;
}

/** ASCII without blanks, without what JSON escapes. */
const WORD = /[!#-[\]-~]{1,64}/.source;
/** The same with blanks. */
const METHOD = /[ !#-[\]-~]{1,128}/.source;
/** The name of a queue, of the same characters. */
const QUEUE = /\/(?!\.{1,2}")[!#-.0-[\]-~]{1,255}/.source;
// With one digit more it may be no safe integer.
const INTEGER = /0|[1-9]\d{0,14}/.source;

const REQUEST = new RegExp(
  `^${MAGIC}\\{"id":"(${WORD})","replyTo":"(${QUEUE})"(?:,"method":"(${METHOD})")?(?:,"deadline":(${INTEGER}))?\\}$`,
);
const REPLY = new RegExp(`^${MAGIC}\\{"id":"(${WORD})"\\}$`);
const PLAIN_WORD = new RegExp(`^${WORD}$`);
const PLAIN_METHOD = new RegExp(`^${METHOD}$`);
const PLAIN_QUEUE = new RegExp(`^${QUEUE}$`);

let lastQueue = '';

/** @param line - the header line, with its magic and without its line feed */
export function readPlainRequest(line: string): PlainRequest | undefined {
  const found = REQUEST.exec(line);
  if (found === null) return undefined;
  const [, id = '', replyTo = '', method, deadline] = found as (string | undefined)[];
  return { id, replyTo, method, deadline: deadline === undefined ? undefined : Number(deadline) };
}

/** The id, where there is nothing else. */
export function readPlainReply(line: string): string | undefined {
  return REPLY.exec(line)?.[1];
}

/** The envelope, or undefined where it is not that plain. */
export function writePlainRequest(
  id: string,
  replyTo: string,
  method: string | undefined,
  deadline: number | undefined,
  body: Uint8Array,
): Buffer | undefined {
  if (!PLAIN_WORD.test(id) || !isPlainQueue(replyTo)) return undefined;
  let line = `${MAGIC}{"id":"${id}","replyTo":"${replyTo}"`;
  if (method !== undefined) {
    if (!PLAIN_METHOD.test(method)) return undefined;
    line += `,"method":"${method}"`;
  }
  if (deadline !== undefined) {
    if (!Number.isSafeInteger(deadline) || deadline < 0) return undefined;
    line += `,"deadline":${deadline}`;
  }
  return envelope(`${line}}\n`, body);
}

/** The same of a reply with nothing but its id. */
export function writePlainReply(id: string, body: Uint8Array): Buffer | undefined {
  return PLAIN_WORD.test(id) ? envelope(`${MAGIC}{"id":"${id}"}\n`, body) : undefined;
}

/** All requests of a host have the same one. */
function isPlainQueue(name: string): boolean {
  if (name === lastQueue) return true;
  // The quote that ends it in a header tells /. from /.a there.
  if (!PLAIN_QUEUE.test(name) || name === '/.' || name === '/..') return false;
  lastQueue = name;
  return true;
}

/** No such line is longer than a header may be. */
function envelope(line: string, body: Uint8Array): Buffer {
  const { length } = line;
  const bytes = Buffer.allocUnsafe(length + body.length + 1);
  bytes.write(line, 0, length, 'latin1');
  bytes.set(body, length);
  bytes[bytes.length - 1] = LINE_FEED;
  return bytes;
}
