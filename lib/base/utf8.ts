import { TextDecoder } from 'node:util';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws TypeError where the bytes are not UTF-8 */
export function decodeUtf8(data: Uint8Array): string {
  return decoder.decode(data);
}
