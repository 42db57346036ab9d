import { isCodec, type AnyCodec, type AnyDecoding, type AnyEncoding } from '../codec/codec.js';
import {
  decodeChecks,
  encodeChecks,
  type DecodeOptions,
  type EncodeOptions,
} from '../codec/options.js';
import type { raw } from '../codec/raw.js';
import { integer, isSignal, oneOf, type Checks } from '../base/options.js';

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

const untilChecks = { until: oneOf('empty') };
const overflowChecks = { overflow: oneOf('wait', 'drop') };
const isHighWaterMark = integer(0, Infinity);

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
