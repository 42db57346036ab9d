import { crc32 } from 'node:zlib';
import type { Properties } from '../../transport/transport.js';

/** A message in a spool file. */
export interface SpooledMessage {
  readonly body: Uint8Array;
  readonly properties: Properties;
}

/** Length of the properties, length of the body, checksum of both, checksum of these: 32 bits each, little endian. */
export const RECORD_HEADER = 16;
const CHECKED = 12;

/** @internal */
export function encodeRecord({ body, properties }: SpooledMessage): Buffer {
  const text = Buffer.from(JSON.stringify(properties));
  const header = Buffer.alloc(RECORD_HEADER);
  header.writeUInt32LE(text.length, 0);
  header.writeUInt32LE(body.length, 4);
  header.writeUInt32LE(crc32(body, crc32(text)), 8);
  header.writeUInt32LE(crc32(header.subarray(0, CHECKED)), CHECKED);
  return Buffer.concat([header, text, body]);
}

/** How long a record is, by its first bytes. Undefined where none begins so. */
export function lengthOfRecord(header: Buffer): number | undefined {
  if (header.length < RECORD_HEADER) return undefined;
  if (crc32(header.subarray(0, CHECKED)) !== header.readUInt32LE(CHECKED)) return undefined;
  return RECORD_HEADER + header.readUInt32LE(0) + header.readUInt32LE(4);
}

/** Undefined where it is damaged. */
export function decodeRecord(record: Buffer): SpooledMessage | undefined {
  const end = RECORD_HEADER + record.readUInt32LE(0);
  const text = record.subarray(RECORD_HEADER, end);
  const body = record.subarray(end);
  if (crc32(body, crc32(text)) !== record.readUInt32LE(8)) return undefined;
  return { body, properties: JSON.parse(text.toString()) as Properties };
}
