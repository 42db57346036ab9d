import type { Codec } from './codec.js';
import { unfit } from '../base/errors.js';
import { decodeJson } from '../base/strict-json.js';
import {
  toParse,
  type SchemaInput,
  type SchemaOutput,
  type StandardSchema,
} from './standard-schema.js';

/** A codec for any JSON value; called, a codec for values of one type. */
export interface JsonCodec extends Codec<unknown> {
  /**
   * The same codec for values of type `T`. What it decodes is not checked.
   *
   * @example `json<Job>()`
   */
  <T>(): Codec<T>;
  /**
   * A codec whose decoded values are validated by a Standard Schema: those of zod, valibot, arktype and others.
   * What it encodes is not. Its errors name the places that are wrong, and the values nowhere but in `issues`.
   *
   * @example `json(z.object({ id: z.number() }))`
   */
  <S extends StandardSchema>(schema: S): Codec<SchemaInput<S>, SchemaOutput<S>>;
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
  throw unfit(`JSON has no form for ${shown}`);
}

function typed(check?: unknown): Codec<unknown> {
  if (check === undefined) return { encode, decode: decodeJson };
  const parse = toParse(check);
  return { encode, decode: (data) => parse(decodeJson(data)) };
}

/**
 * JSON in UTF-8. See {@link JsonCodec} for its uses. A message with a key `__proto__` is invalid.
 */
export const json: JsonCodec = Object.assign(typed as JsonCodec, { encode, decode: decodeJson });
