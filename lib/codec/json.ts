import type { Codec } from '../codec.js';
import { decodeUtf8 } from './utf8.js';

/** A codec for any JSON value; called, a codec for values of one type. */
export interface JsonCodec extends Codec<unknown> {
  /**
   * The same codec for values of type `T`. What it decodes is not checked.
   *
   * @example `json<Job>()`
   */
  <T>(): Codec<T>;
  /**
   * A codec whose decoded values go through `parse`, which returns them or throws.
   *
   * @example `json(schema.parse)`
   */
  <T>(parse: (value: unknown) => T): Codec<T>;
}

function encode(value: unknown): Uint8Array {
  const string = JSON.stringify(value) as string | undefined;
  if (string !== undefined) return Buffer.from(string, 'utf8');
  throw new TypeError(
    `JSON has no form for ${value === undefined ? 'undefined' : 'a ' + typeof value}`,
  );
}

function decode(data: Buffer): unknown {
  return JSON.parse(decodeUtf8(data));
}

function typed<T>(parse?: (value: unknown) => T): Codec<T> {
  if (parse === undefined) return { encode, decode: decode as (data: Buffer) => T };
  return { encode, decode: (data) => parse(decode(data)) };
}

/** JSON in UTF-8. See {@link JsonCodec} for its three uses. */
export const json: JsonCodec = Object.assign(typed, { encode, decode });
