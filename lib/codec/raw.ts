import { toBytes, type Bytes } from '../base/bytes.js';
import type { Codec } from './codec.js';

/** Bytes as they are. Encodes a string as UTF-8. */
export const raw: Codec<Bytes, Buffer> = {
  encode: (value) => toBytes(value, 'value'),
  decode: (data) => data,
};
