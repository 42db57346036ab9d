import type { Codec } from './codec.js';
import { unfit } from '../base/errors.js';
import { decodeUtf8 } from '../base/utf8.js';
import { text } from './text.js';

const NUL = 0;

/**
 * As `text`, for C programs that send `strlen(s) + 1` bytes: the closing NUL byte is sent along, and taken
 * off what is received; also without one a message is what it is. A string with a NUL of its own is
 * refused: C would take it for the end.
 */
export const cstring: Codec<string> = {
  encode(value) {
    const bytes = text.encode(value);
    if (bytes.includes(NUL)) {
      throw unfit('the string has a NUL, which would be its end in C');
    }
    return Buffer.concat([bytes, Buffer.of(NUL)]);
  },
  decode(data) {
    const end = data.indexOf(NUL);
    // What is behind the end is whatever the sender's buffer had there.
    return decodeUtf8(end < 0 ? data : data.subarray(0, end));
  },
};
