import { writeSync } from 'node:fs';

const LONGEST = 4096;
const STDERR = 2;

/** The end of what a program writes to its standard error. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.#bytes, chunk]);
    this.#bytes = all.subarray(Math.max(0, all.length - LONGEST));
  }

  toString(): string {
    return this.#bytes.toString().trim();
  }
}

/** To the standard error of this process, which may have no reader any more. */
export function passOn(chunk: Buffer): void {
  try {
    writeSync(STDERR, chunk);
  } catch {
    // Nobody is there to be told.
  }
}
