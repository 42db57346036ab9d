import type { Codec } from './codec.js';
import { invalidBody, unfit } from '../base/errors.js';
import { decodeUtf8 } from '../base/utf8.js';

/** UTF-8, strictly: bytes that are none are refused, and so is half a surrogate pair. A BOM stays. */
export const text: Codec<string> = {
  encode(value) {
    if (typeof value !== 'string') throw invalidBody('value', 'a string', value);
    if (/\p{Surrogate}/u.test(value)) {
      throw unfit('the string has half of a surrogate pair, which UTF-8 cannot carry');
    }
    return Buffer.from(value, 'utf8');
  },
  decode: decodeUtf8,
};
