import { brand } from '../../base/brand.js';
import { MessageQueueError } from '../../base/errors.js';

/** What can be wrong with an envelope: the frame, the header as a whole, or one member of it. */
export type EnvelopeReason = FrameReason | MemberReason;

/** What can be wrong before any member is looked at, in the order in which it is found. */
export type FrameReason =
  'magic' | 'version' | 'line' | 'end' | 'unicode' | 'json' | 'proto' | 'kind';

/** The member that is missing or wrong. */
export type MemberReason =
  | 'id'
  | 'replyTo'
  | 'method'
  | 'deadline'
  | 'attempt'
  | 'contentType'
  | 'traceparent'
  | 'tracestate'
  | 'meta'
  | 'spill'
  | 'more'
  | 'error'
  | 'by'
  | 'dead';

const texts: Readonly<Record<FrameReason, string>> = {
  magic: "it does not begin with 'MQ1 '",
  version: 'it is of another version than MQ1',
  line: 'its header line does not end within 1,024 bytes',
  end: 'its last byte is no line feed: it was cut off, or its sender leaves out the last one',
  unicode: 'its header is no UTF-8, or has half of a surrogate pair',
  json: 'its header is no JSON object',
  proto: 'its header has a key __proto__, which changes what it is copied to',
  kind: 'it is a dead letter: take off its first line before it is sent again',
};

/** Bytes that are no envelope, or what none can be made of. The text quotes nothing of a message. */
export class EnvelopeError extends MessageQueueError {
  override readonly name = 'EnvelopeError';
  /** What is wrong, in one word for programs: see docs/protocol.md. */
  readonly reason: EnvelopeReason;

  constructor(reason: EnvelopeReason, text: string) {
    super(text, { code: 'ERR_MQ_ENVELOPE' });
    this.reason = reason;
  }

  static {
    brand(this);
  }
}

/** @internal */
export function badFrame(reason: FrameReason): EnvelopeError {
  return new EnvelopeError(reason, `The message is no MQ1 envelope: ${texts[reason]}`);
}

/** @internal */
export function badMember(reason: MemberReason, expected: string): EnvelopeError {
  return new EnvelopeError(reason, `'${reason}' of an MQ1 envelope must be ${expected}`);
}

/** @internal */
export function longHeader(length: number, limit: number): EnvelopeError {
  return new EnvelopeError(
    'line',
    `The header of an MQ1 envelope would be ${length} bytes long: ${limit} is the most. ` +
      `Put what is large ('meta', the error's 'data') into the body`,
  );
}
