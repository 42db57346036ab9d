import { invalidType } from '../base/errors.js';
import type { Message } from '../base/message.js';
import { isBoolean, isPriority, type Check, type Checks } from '../base/options.js';
import {
  isDecoding,
  isEncoding,
  isOnInvalid,
  type AnyDecoding,
  type AnyEncoding,
  type Decoded,
  type Encoded,
  type OnInvalid,
  type WithPriority,
} from './codec.js';

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
