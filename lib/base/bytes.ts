import { isAnyArrayBuffer, isArrayBufferView, isUint8Array } from 'node:util/types';
import { invalidBody, lostBody } from './errors.js';
import type { Message } from './message.js';
import { isPriority } from './options.js';

/** What can be sent as it is. A string is sent as UTF-8. */
export type Bytes = string | ArrayBufferView | ArrayBufferLike;

/**
 * A view of the same bytes, not a copy.
 *
 * @internal
 */
export function toBytes(
  data: unknown,
  argument = 'data',
  expected = 'a string, a Buffer or other bytes, or a Message',
): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  // By what they are and not by their class: a vm context, or a test runner, has its own.
  if (isArrayBufferView(data)) {
    if (isUnreadable(data)) throw lostBody(argument);
    if (isUint8Array(data)) return data;
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (isAnyArrayBuffer(data)) {
    return wholeOf(data, argument);
  }
  throw invalidBody(argument, expected, data);
}

function wholeOf(data: ArrayBufferLike, argument: string): Uint8Array {
  try {
    // Of this length, whatever becomes of the buffer.
    return new Uint8Array(data, 0, data.byteLength);
  } catch {
    throw lostBody(argument);
  }
}

/**
 * Whether these bytes are gone: their memory was transferred to another thread, or became smaller.
 *
 * @internal
 */
export function isUnreadable(bytes: ArrayBufferView): boolean {
  try {
    if (bytes.byteLength > 0) return false;
    // Throws for those that are gone, not for those that have never been any.
    (bytes as Partial<Uint8Array>).keys?.();
    return false;
  } catch {
    return true;
  }
}

/**
 * The bytes of a Message that is to be sent: who made it may have given it anything.
 *
 * @internal
 */
export function bytesOf({ data }: Message): Uint8Array {
  return toBytes(data, 'message.data', 'a Buffer or other bytes');
}

/**
 * The priority of a Message that is to be sent. Unchecked, the kernel would get it modulo 2 ** 32.
 *
 * @internal
 */
export function priorityOf({ priority }: Message): number {
  isPriority('message.priority', priority);
  return priority;
}
