import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** All that a program prints, up to a limit. */
export class Output {
  readonly #chunks: Buffer[] = [];
  #size = 0;

  /** @param exceeded - called once, when it prints more than `most` bytes; the rest is dropped */
  constructor(stdout: Readable, most: number, exceeded: () => void) {
    stdout.on('data', (chunk: Buffer) => {
      const before = this.#size;
      this.#size += chunk.length;
      if (this.#size <= most) this.#chunks.push(chunk);
      else if (before <= most) exceeded();
    });
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Without the newline at its end, where it has one. */
export function withoutNewline(bytes: Buffer): Buffer {
  return bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes;
}
