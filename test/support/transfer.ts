import type { Codec, MessageQueue, QueueReadable } from 'posix-mqueue';
import { until } from './code.js';

// Later versions of Node have a larger pool, in which every message of a test has its memory.
Buffer.poolSize = 8192;

/** Gives the memory of these bytes away. Where it may not be given away, some versions of Node throw. */
export function transfer(bytes: Uint8Array<ArrayBufferLike>): void {
  try {
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
  } catch (error) {
    if ((error as Error).name !== 'DataCloneError') throw error;
  }
}

/** Takes the memory of each message of that size away while it is decoded, to the size as its value. */
export function detachingCodec(size: number): Codec<Uint8Array, number> {
  return {
    encode: (value) => value,
    decode: (data) => {
      const { length } = data;
      if (length === size) transfer(data);
      return length;
    },
  };
}

/** Has the stream buffer a message of each of these sizes, none of which came together with another. */
export async function buffer(
  stream: QueueReadable<unknown>,
  queue: MessageQueue,
  sizes: readonly number[],
): Promise<void> {
  stream.on('readable', () => undefined);
  for (const [index, size] of sizes.entries()) {
    await queue.send(Buffer.alloc(size));
    await until(() => stream.readableLength > index, 'all chunks in the buffer');
  }
}
