import type { Codec } from '../codec.js';
import { reasonable } from '../errors.js';
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
  const kind = typeof value;
  // An object gets here only when its own toJSON gives nothing.
  const shown =
    kind === 'undefined' ? kind : kind === 'object' ? 'what toJSON() returned' : `a ${kind}`;
  throw reasonable(new TypeError(`JSON has no form for ${shown}`));
}

function decode(data: Buffer): unknown {
  const string = decodeUtf8(data);
  const value = parse(string);
  // Escapes can spell anything.
  if ((string.includes('__proto__') || string.includes('\\u')) && hasProto(value)) {
    throw new SyntaxError('this JSON has a key __proto__, which changes what it is copied to');
  }
  return value;
}

/** Looks at all objects in it, however deep. */
function hasProto(value: unknown): boolean {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (Object.hasOwn(next, '__proto__')) return true;
    for (const each of Object.values(next)) open.push(each);
  }
  return false;
}

function parse(string: string): unknown {
  try {
    return JSON.parse(string);
  } catch (error) {
    // The engine's own message may quote the text, and so would every log of it.
    const place = /at position \d+(?= \(line \d+ column \d+\)$|$)/.exec(
      (error as Error).message,
    )?.[0];
    throw new SyntaxError(place === undefined ? 'this is no JSON' : `this is no JSON ${place}`);
  }
}

function typed<T>(check?: (value: unknown) => T): Codec<T> {
  if (check === undefined) return { encode, decode: decode as (data: Buffer) => T };
  return { encode, decode: (data) => check(decode(data)) };
}

/**
 * JSON in UTF-8. See {@link JsonCodec} for its three uses. A message with a key `__proto__` is invalid.
 */
export const json: JsonCodec = Object.assign(typed, { encode, decode });
