import { isUint8Array } from 'node:util/types';
import { bytesOf, isUnreadable, priorityOf } from '../base/bytes.js';
import {
  encodeError,
  InvalidMessageError,
  invalidType,
  lostBody,
  reasonOf,
} from '../base/errors.js';
import type { Message } from '../base/message.js';
import type { Check } from '../base/options.js';

/** The half of a codec that a sender needs. */
export interface EncodingCodec<In> {
  /** The bytes of a message for this value. Throws for a value that has none. */
  encode(value: In): Uint8Array;
}

/** The half of a codec that a receiver needs. */
export interface DecodingCodec<Out> {
  /** The value of these bytes. Throws for bytes that stand for none. */
  decode(data: Buffer): Out;
}

/** Turns values into the bytes of messages, and back. Both throw on what they cannot turn. */
export interface Codec<In, Out = In> extends EncodingCodec<In>, DecodingCodec<Out> {}

/** What a codec encodes. */
export type Encoded<C> = C extends { encode(value: infer In): Uint8Array } ? In : never;

/** What a codec decodes to. */
export type Decoded<C> = C extends { decode(data: Buffer): infer Out } ? Out : never;

/** Any codec, whatever its types. */
export type AnyCodec = Codec<never, unknown>;

/** Any codec that encodes. */
export type AnyEncoding = EncodingCodec<never>;

/** Any codec that decodes. */
export type AnyDecoding = DecodingCodec<unknown>;

/** A value with the priority of its message. */
export interface WithPriority<T> {
  /** What the codec decoded, or is to encode. */
  value: T;
  /** 0 to 32767 */
  priority: number;
}

/** What to do about a message that the codec cannot decode. */
export type OnInvalid = 'error' | ((message: Message, error: InvalidMessageError) => void);

/** @internal */
export const isCodec: Check = (argument, value) => {
  const codec = value as Partial<AnyCodec> | null | undefined;
  if (typeof codec?.encode === 'function' && typeof codec.decode === 'function') return;
  throw invalidType(argument, 'a codec: an object with encode() and decode()', value);
};

/** @internal */
export const isEncoding: Check = (argument, value) => {
  if (typeof (value as Partial<AnyEncoding> | null | undefined)?.encode === 'function') return;
  throw invalidType(argument, 'a codec: an object with encode()', value);
};

/** @internal */
export const isDecoding: Check = (argument, value) => {
  if (typeof (value as Partial<AnyDecoding> | null | undefined)?.decode === 'function') return;
  throw invalidType(argument, 'a codec: an object with decode()', value);
};

/** @internal */
export const isOnInvalid: Check = (argument, value) => {
  if (value === 'error' || typeof value === 'function') return;
  throw invalidType(argument, "'error' or a function", value);
};

/**
 * @throws InvalidMessageError
 * @internal
 */
export function decodeMessage<Out>(
  codec: DecodingCodec<Out>,
  message: Message,
  queue: string,
): Out {
  try {
    return codec.decode(message.data);
  } catch (error) {
    throw new InvalidMessageError(message, queue, error);
  }
}

/**
 * @throws MessageQueueError with code `ERR_MQ_ENCODE`
 * @internal
 */
export function encodeValue<In>(codec: EncodingCodec<In>, value: In, queue: string): Uint8Array {
  let bytes: unknown;
  try {
    bytes = codec.encode(value);
  } catch (error) {
    throw encodeError(queue, reasonOf(error), error);
  }
  if (isUint8Array(bytes)) {
    if (!isUnreadable(bytes)) return bytes;
    const error = lostBody('value');
    throw encodeError(queue, error.message, error);
  }
  throw encodeError(queue, 'the codec must return a Buffer or Uint8Array');
}

/**
 * What is sent for a Message that is given in place of a value.
 *
 * @throws MessageQueueError with code `ERR_MQ_ENCODE`
 * @internal
 */
export function encodeMessage(
  message: Message,
  queue: string,
): [bytes: Uint8Array, priority: number] {
  try {
    return [bytesOf(message), priorityOf(message)];
  } catch (error) {
    throw encodeError(queue, (error as Error).message, error);
  }
}
