import { decodeUtf8 } from '../../base/utf8.js';
import { badFrame, EnvelopeError, longHeader } from './envelope-error.js';

// The frame of all envelopes: 'MQ1 ', one line of JSON, and what is behind it. See docs/protocol.md.

/** The most bytes of a header line, with its 'MQ1 ' and without its line feed. */
export const LONGEST_HEADER = 1024;

/** A header as it was written: nothing about it is known. */
export type Members = Readonly<Record<string, unknown>>;

export const MAGIC = 'MQ1 ';
export const LINE_FEED = 0x0a;
const SURROGATE = /\p{Surrogate}/u;
// oxlint-disable-next-line no-control-regex -- it is what ASCII is
const ALL_ASCII = /^[\0-\x7f]*$/;

/**
 * Where the header line ends.
 *
 * @throws EnvelopeError
 */
export function endOfHeader(data: Buffer): number {
  if (!hasMagic(data)) throw badFrame(magicProblem(data));
  const end = data.indexOf(LINE_FEED);
  if (end < 0 || end > LONGEST_HEADER) throw badFrame('line');
  return end;
}

/** Byte by byte: a string of them takes as long as the parsing. */
function hasMagic(data: Buffer): boolean {
  return data[0] === 0x4d && data[1] === 0x51 && data[2] === 0x31 && data[3] === 0x20;
}

function magicProblem(data: Buffer): 'magic' | 'version' {
  return /^MQ[0-9]{1,4} /.test(data.toString('latin1', 0, 8)) ? 'version' : 'magic';
}

/**
 * What is between the header's line feed and the envelope's: a view, not a copy.
 *
 * @throws EnvelopeError
 */
export function bodyBehind(data: Buffer, end: number): Buffer {
  const last = data.length - 1;
  if (last <= end || data[last] !== LINE_FEED) throw badFrame('end');
  return data.subarray(end + 1, last);
}

/** @throws EnvelopeError */
export function parseHeader(data: Buffer, end: number): Members {
  const text = headerText(data, end);
  const members = parse(text);
  if (typeof members !== 'object' || members === null || Array.isArray(members)) {
    throw badFrame('json');
  }
  if (isSuspect(text)) checkStrings(members);
  return members as Members;
}

/**
 * The members of an envelope's header; they are not checked further.
 *
 * @throws EnvelopeError for a dead letter too, which nobody is to take for what is in it
 */
export function membersOf(data: Buffer, end: number): Members {
  const given = parseHeader(data, end);
  if (given['dead'] !== undefined) throw badFrame('kind');
  return given;
}

function headerText(data: Buffer, end: number): string {
  const text = data.toString('latin1', MAGIC.length, end);
  // A strict decoder takes as long as all the rest.
  if (ALL_ASCII.test(text)) return text;
  try {
    return decodeUtf8(data.subarray(MAGIC.length, end));
  } catch {
    throw badFrame('unicode');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The engine's own message may quote the text, and so would every log of it.
    throw badFrame('json');
  }
}

/** Only an escape can bring half of a surrogate pair, and escapes can spell anything. */
function isSuspect(text: string): boolean {
  return text.includes('\\u') || text.includes('__proto__');
}

/** Looks at all strings of it, however deep. */
function checkStrings(value: unknown): void {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string' && SURROGATE.test(next)) throw badFrame('unicode');
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, each] of Object.entries(next)) {
      if (key === '__proto__') throw badFrame('proto');
      open.push(key, each);
    }
  }
}

function headerOf(members: object): string {
  try {
    const text = JSON.stringify(members);
    if (isSuspect(text)) checkStrings(JSON.parse(text));
    return text;
  } catch (error) {
    if (error instanceof EnvelopeError) throw error;
    throw new EnvelopeError(
      'error',
      "The 'data' of an error must be something that JSON can carry",
    );
  }
}

/**
 * A header line and what is behind it, with or without the line feed that ends an envelope.
 *
 * @throws EnvelopeError for a header that is too long
 */
export function frame(members: object, rest: Uint8Array, ended: boolean): Buffer {
  const line = `${MAGIC}${headerOf(members)}\n`;
  const length = Buffer.byteLength(line);
  if (length > LONGEST_HEADER + 1) throw longHeader(length - 1, LONGEST_HEADER);
  const bytes = Buffer.allocUnsafe(length + rest.length + Number(ended));
  bytes.write(line, 0, length);
  bytes.set(rest, length);
  if (ended) bytes[bytes.length - 1] = LINE_FEED;
  return bytes;
}
