import type { Message } from '../../index.js';
import { toJson } from './json-message.js';

/** What messages look like on standard output. */
export const FORMATS = ['text', 'json', 'hex', 'raw'] as const;
export type Format = (typeof FORMATS)[number];

/** Several messages, as they are printed. */
export interface Rendered {
  readonly bytes: Buffer;
  /** Where each of them ends. */
  readonly ends: readonly number[];
}

const bodies: Readonly<Record<Format, (message: Message) => Buffer>> = {
  text: ({ data }) => data,
  json: (message) => Buffer.from(toJson(message)),
  hex: ({ data }) => Buffer.from(data.toString('hex')),
  raw: ({ data }) => data,
};

/** @param separator - behind each message; undefined for nothing */
export function render(
  messages: readonly Message[],
  format: Format,
  separator: number | undefined,
): Rendered {
  const parts = messages.map(bodies[format]);
  const ends: number[] = [];
  const between = separator === undefined ? 0 : 1;
  const length = parts.reduce((sum, part) => sum + part.length + between, 0);
  const bytes = Buffer.allocUnsafe(length);
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
    if (separator !== undefined) bytes[end++] = separator;
    ends.push(end);
  }
  return { bytes, ends };
}
