import type { OutgoingMessages } from './mailbox.js';

/**
 * Has messages keep their sizes while they wait: a view of a resizable buffer may follow that in its
 * length.
 */
export function fixLengths(messages: OutgoingMessages): void {
  for (const [index, each] of messages.entries()) {
    if (typeof each !== 'number' && mayResize(each.buffer)) messages[index] = fixed(each);
  }
}

function mayResize(buffer: ArrayBufferLike): boolean {
  const { resizable, growable } = buffer as { resizable?: boolean; growable?: boolean };
  return resizable === true || growable === true;
}

function fixed({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
