import { invalidBody } from './errors.js';

/** What can be sent as it is. A string is sent as UTF-8. */
export type Bytes = string | ArrayBufferView | ArrayBufferLike;

/**
 * A view of the same bytes, not a copy.
 *
 * @internal
 */
export function toBytes(data: unknown, argument = 'data'): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  throw invalidBody(argument, 'a string, a Buffer or other bytes, or a Message', data);
}
