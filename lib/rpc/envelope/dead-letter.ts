import { badMember } from './envelope-error.js';
import { endOfHeader, frame, parseHeader, type Members } from './frame.js';
import {
  attemptOf,
  isObject,
  optionalInteger,
  optionalQueue,
  optionalText,
  rules,
  someText,
} from './members.js';

/** Why a message was given up. */
export interface DeadLetterHeader {
  /** One word for programs: see docs/protocol.md. */
  readonly reason: string;
  /** For people. */
  readonly error?: string | undefined;
  /** The queue that it was taken from. */
  readonly from?: string | undefined;
  /** How many workers took it. */
  readonly attempts?: number | undefined;
  /** When, in milliseconds since 1970. */
  readonly at?: number | undefined;
}

/** A dead letter as it was taken. */
export interface DeadLetter extends DeadLetterHeader {
  /** The message that was given up, byte for byte: a view, not a copy. */
  readonly original: Buffer;
}

/** @throws EnvelopeError */
function checkHeader(given: unknown): DeadLetterHeader {
  if (!isObject(given)) throw badMember('dead', "an object with a 'reason'");
  return {
    reason: someText('dead', rules.reason, given['reason']),
    error: optionalText('dead', rules.why, given['error']),
    from: optionalQueue('dead', given['from']),
    attempts: attemptOf('dead', given['attempts']),
    at: optionalInteger('dead', given['at']),
  };
}

/** @throws EnvelopeError, whatever the bytes are */
export function decodeDeadLetter(data: Buffer): DeadLetter {
  const end = endOfHeader(data);
  const members: Members = parseHeader(data, end);
  // No line feed of its own at the end: what is behind the line is the message, whatever it was.
  return { ...checkHeader(members['dead']), original: data.subarray(end + 1) };
}

/** @throws EnvelopeError for a header that nobody could read */
export function encodeDeadLetter(header: DeadLetterHeader, original: Uint8Array): Buffer {
  return frame({ dead: checkHeader(header) }, original, false);
}
