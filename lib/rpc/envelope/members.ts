import { badMember, type MemberReason } from './envelope-error.js';

// What each member of a header may be. Each check gives the value, or undefined where it is absent.
// The limits are those of docs/protocol.md.

const LONGEST_NAME = 255;
const LARGEST_ATTEMPT = 65_535;
const MOST_META = 32;

/** Text that is `least` to `most` bytes long, of the characters that `pattern` allows. */
interface TextRule {
  readonly pattern: RegExp;
  readonly least: number;
  readonly most: number;
  readonly expected: string;
}

/** One word of ASCII, for programs. */
function word(most: number): TextRule {
  const expected = `1 to ${most} characters of ASCII without blanks`;
  return { pattern: /^[!-~]+$/, least: 1, most, expected };
}

/** A line of ASCII. */
function line(most: number): TextRule {
  const expected = `1 to ${most} printable characters of ASCII`;
  return { pattern: /^[ -~]+$/, least: 1, most, expected };
}

/** Text for people. */
function words(most: number): TextRule {
  const expected = `1 to ${most} bytes of UTF-8 without control characters`;
  return { pattern: /^[^\p{Cc}\p{Surrogate}]+$/u, least: 1, most, expected };
}

const prose = (most: number): TextRule => ({
  pattern: /^\P{Surrogate}*$/u,
  least: 0,
  most,
  expected: `at most ${most} bytes of UTF-8`,
});

type RuleName =
  | 'id'
  | 'method'
  | 'contentType'
  | 'traceparent'
  | 'tracestate'
  | 'by'
  | 'code'
  | 'message'
  | 'reason'
  | 'why'
  | 'metaKey'
  | 'metaValue'
  | 'spillName'
  | 'sha256'
  | 'address';

/** @internal */
export const rules: Readonly<Record<RuleName, TextRule>> = {
  id: word(64),
  method: words(128),
  contentType: line(128),
  traceparent: line(128),
  tracestate: line(512),
  by: words(64),
  code: word(64),
  message: prose(512),
  reason: word(64),
  why: prose(512),
  metaKey: words(64),
  metaValue: prose(Infinity),
  spillName: {
    // No slash and no dot: it leads nowhere else.
    pattern: /^[0-9a-f]{24}(?:-[0-9a-z]{1,24}){1,2}$/,
    least: 26,
    most: 74,
    expected: "an object whose 'name' is 24 hex digits, and one or two words behind hyphens",
  },
  sha256: {
    pattern: /^[0-9a-f]{64}$/,
    least: 64,
    most: 64,
    expected: "an object whose 'sha256' is 64 hex digits",
  },
  // Of a broker's queue.
  address: words(LONGEST_NAME),
};

function fits(rule: TextRule, value: unknown): value is string {
  if (typeof value !== 'string' || !rule.pattern.test(value)) return false;
  // No character is more than three bytes a UTF-16 unit.
  if (value.length * 3 <= rule.most) return true;
  return value.length <= rule.most && Buffer.byteLength(value) <= rule.most;
}

/** @throws EnvelopeError */
export function optionalText(
  member: MemberReason,
  rule: TextRule,
  value: unknown,
): string | undefined {
  if (value === undefined) return undefined;
  if (!fits(rule, value)) throw badMember(member, rule.expected);
  return value;
}

/** @throws EnvelopeError */
export function someText(member: MemberReason, rule: TextRule, value: unknown): string {
  if (!fits(rule, value)) throw badMember(member, rule.expected);
  return value;
}

/**
 * What a header can open with this is a queue and nothing else.
 *
 * @throws EnvelopeError
 */
export function optionalQueue(member: MemberReason, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (!isQueue(value)) {
    throw badMember(member, `a queue's name: a slash and 1 to ${LONGEST_NAME} bytes without one`);
  }
  return value;
}

/** Whether a name is one of the kernel's queues. */
export function isQueue(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > LONGEST_NAME + 1) return false;
  if (!/^\/[^/\0\p{Surrogate}]+$/u.test(value) || value === '/.' || value === '/..') return false;
  return Buffer.byteLength(value) <= LONGEST_NAME + 1;
}

/** @throws EnvelopeError */
export function optionalInteger(
  member: MemberReason,
  value: unknown,
  most: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > most) {
    throw badMember(member, `a whole number from 0 to ${most}`);
  }
  return value as number;
}

/** @throws EnvelopeError */
export function attemptOf(member: MemberReason, value: unknown): number | undefined {
  return optionalInteger(member, value, LARGEST_ATTEMPT);
}

/** @throws EnvelopeError */
export function optionalMeta(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value) || !isMeta(value)) {
    throw badMember('meta', `an object of at most ${MOST_META} strings, its keys 1 to 64 bytes`);
  }
  return value;
}

function isMeta(value: object): value is Record<string, string> {
  const entries = Object.entries(value);
  return (
    entries.length <= MOST_META &&
    entries.every(
      ([key, each]) =>
        key !== '__proto__' && fits(rules.metaKey, key) && fits(rules.metaValue, each),
    )
  );
}

/** @internal */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The beginning of a text that has at most so many bytes, without half of a character, for the
 * members that people read: nobody should miss an error because its text is long.
 */
export function shortened(text: string, most: number): string {
  const whole = text.replace(/\p{Surrogate}/gu, '\ufffd');
  if (Buffer.byteLength(whole) <= most) return whole;
  const ellipsis = '...';
  const room = Buffer.alloc(most - ellipsis.length);
  return room.toString('utf8', 0, room.write(whole)) + ellipsis;
}
