import { once } from 'node:events';
import { interrupted, readerIsGone } from './interruption.js';

let watched = false;

/** Standard output, whose reader may go. */
function output(): NodeJS.WriteStream {
  const { stdout } = process;
  if (!watched) {
    watched = true;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      readerIsGone();
    });
  }
  return stdout;
}

/**
 * Writes to standard output, no faster than it is read.
 *
 * @returns false when nobody reads it any more
 */
export async function write(chunk: string | Uint8Array): Promise<boolean> {
  const stdout = output();
  if (!stdout.write(chunk)) {
    await once(stdout, 'drain', { signal: interrupted() }).catch(() => undefined);
  }
  return !stdout.errored;
}

export async function printLine(line: string): Promise<boolean> {
  return write(`${line}\n`);
}

/** For people, or for a program such as jq(1). */
export async function printJson(value: unknown, indent = 2): Promise<boolean> {
  return printLine(JSON.stringify(value, undefined, indent));
}

/** Resolves when all that was written is read, or nobody reads it. */
export async function flush(): Promise<void> {
  // Some write to it in a way of their own.
  if (!watched) return;
  const stdout = output();
  if (stdout.writableLength > 0) await new Promise((resolve) => stdout.write('', resolve));
}
