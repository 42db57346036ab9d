import {
  isCodec,
  isDecoding,
  isEncoding,
  isOnInvalid,
  type AnyCodec,
  type AnyDecoding,
  type AnyEncoding,
  type Decoded,
  type Encoded,
  type OnInvalid,
  type raw,
  type WithPriority,
} from '../codec.js';
import { invalidType } from '../errors.js';
import type { Message } from '../message.js';
import {
  integer,
  isBoolean,
  isPriority,
  isSignal,
  oneOf,
  type Check,
  type Checks,
} from '../options.js';

/** Which values stand for messages. */
export interface CodecOptions<C extends AnyEncoding | AnyDecoding, P extends boolean> {
  /**
   * Turns values into bytes and back: `raw`, `text`, `cstring`, `json` or one of your own. Who only receives
   * needs its `decode`, who only sends its `encode`.
   *
   * @defaultValue `raw`
   */
  codec?: C | undefined;
  /**
   * Whether each value comes, and is given, as `{ value, priority }`.
   *
   * @defaultValue false
   */
  withPriority?: P | undefined;
}

/** How messages become values. */
export interface DecodeOptions<C extends AnyDecoding, P extends boolean> extends CodecOptions<
  C,
  P
> {
  /**
   * What to do about a message that the codec cannot decode: end with an `InvalidMessageError`, or
   * call a function and go on.
   *
   * @defaultValue `'error'`
   */
  onInvalid?: OnInvalid | undefined;
}

/** How values become messages. */
export interface EncodeOptions<C extends AnyEncoding, P extends boolean> extends CodecOptions<
  C,
  P
> {
  /**
   * 0 to 32767, or a function of the value. A `Message` and `{ value, priority }` keep their own.
   *
   * @defaultValue 0
   */
  priority?: number | ((value: Encoded<C>) => number) | undefined;
}

/** When a reader ends by itself. */
export interface UntilOptions {
  /**
   * `'empty'`: takes what is there, and ends when it finds the queue empty.
   *
   * @defaultValue it waits for more
   */
  until?: 'empty' | undefined;
}

/** How to read a queue as a stream. */
export interface ReadStreamOptions<C extends AnyDecoding = typeof raw, P extends boolean = false>
  extends DecodeOptions<C, P>, UntilOptions {
  /**
   * How many messages are taken ahead. With 0 none is taken while the consumer has one in hand; 1
   * overlaps a take with the work; more saves system calls, and gives up priority order and
   * fairness for what is buffered.
   *
   * @defaultValue 0
   */
  highWaterMark?: number | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

/** What a writer does while its queue is full. */
export interface OverflowOptions {
  /**
   * `'wait'` for room, or `'drop'` the values that find none (or others who wait for it): the stream
   * counts them in `dropped`, and tells of each batch by the event `drop`. They count as written.
   *
   * @defaultValue `'wait'`
   */
  overflow?: 'wait' | 'drop' | undefined;
}

/** How to write a queue as a stream. */
export interface WriteStreamOptions<C extends AnyEncoding = typeof raw, P extends boolean = false>
  extends EncodeOptions<C, P>, OverflowOptions {
  /**
   * How many values may wait in user space before `write` returns false.
   *
   * @defaultValue 16
   */
  highWaterMark?: number | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

/** How to use two queues as one channel. */
export interface ChannelOptions<C extends AnyCodec = typeof raw, P extends boolean = false>
  extends DecodeOptions<C, P>, EncodeOptions<C, P>, OverflowOptions, UntilOptions {
  /**
   * As `highWaterMark` of a reader.
   *
   * @defaultValue 0
   */
  readableHighWaterMark?: number | undefined;
  /**
   * As `highWaterMark` of a writer.
   *
   * @defaultValue 16
   */
  writableHighWaterMark?: number | undefined;
  /** Destroys the stream with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

/** What a reader gives. */
export type ReadValue<C extends AnyDecoding, P extends boolean> = P extends true
  ? WithPriority<Decoded<C>>
  : Decoded<C>;

/** What a writer takes. */
export type WriteValue<C extends AnyEncoding, P extends boolean> =
  Message | (P extends true ? WithPriority<Encoded<C>> : Encoded<C>);

const isPriorityOption: Check = (argument, value) => {
  if (typeof value === 'function') return;
  if (typeof value !== 'number') throw invalidType(argument, 'a number or a function', value);
  isPriority(argument, value);
};

const untilChecks = { until: oneOf('empty') };
const overflowChecks = { overflow: oneOf('wait', 'drop') };
const isHighWaterMark = integer(0, Infinity);

/** @internal */
export const decodeChecks: Checks<DecodeOptions<AnyDecoding, boolean>> = {
  codec: isDecoding,
  withPriority: isBoolean,
  onInvalid: isOnInvalid,
};

/** @internal */
export const encodeChecks: Checks<EncodeOptions<AnyEncoding, boolean>> = {
  codec: isEncoding,
  withPriority: isBoolean,
  priority: isPriorityOption,
};

/** @internal */
export const readStreamChecks: Checks<ReadStreamOptions<AnyDecoding, boolean>> = {
  ...decodeChecks,
  ...untilChecks,
  highWaterMark: isHighWaterMark,
  signal: isSignal,
};

/** @internal */
export const writeStreamChecks: Checks<WriteStreamOptions<AnyEncoding, boolean>> = {
  ...encodeChecks,
  ...overflowChecks,
  highWaterMark: isHighWaterMark,
  signal: isSignal,
};

/** @internal */
export const channelChecks: Checks<ChannelOptions<AnyCodec, boolean>> = {
  ...decodeChecks,
  ...encodeChecks,
  ...untilChecks,
  codec: isCodec,
  ...overflowChecks,
  readableHighWaterMark: isHighWaterMark,
  writableHighWaterMark: isHighWaterMark,
  signal: isSignal,
};
