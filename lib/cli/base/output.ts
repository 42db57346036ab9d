import { once } from 'node:events';
import { setImmediate } from 'node:timers';
import { CommandError } from './exit-codes.js';
import { giveUp, interrupted, readerIsGone } from './interruption.js';

let watched = false;
let failure: CommandError | undefined;

/** Standard output, whose reader may go, and whose disk may be full. */
function output(): NodeJS.WriteStream {
  const { stdout } = process;
  if (!watched) {
    watched = true;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') {
        readerIsGone();
        return;
      }
      failure ??= new CommandError(`standard output takes no more: ${error.message}`);
      giveUp();
    });
  }
  return stdout;
}

/** For a short text, whose writer cannot wait. */
export function print(text: string): void {
  output().write(text);
}

/**
 * Writes to standard output, no faster than it is read.
 *
 * @returns false when it takes no more
 */
export async function write(chunk: string | Uint8Array): Promise<boolean> {
  const stdout = output();
  if (!stdout.write(chunk)) {
    await once(stdout, 'drain', { signal: interrupted() }).catch(() => undefined);
  }
  return failure === undefined && !stdout.errored;
}

/**
 * Writes to standard output.
 *
 * @returns when the system has taken it; rejects with why it did not
 */
export async function writeForSure(chunk: string | Uint8Array): Promise<void> {
  const stdout = output();
  const error = await new Promise((resolve) => {
    stdout.write(chunk, resolve);
  });
  if (error === undefined || error === null) return;
  throw failure ?? new CommandError('nobody reads standard output any more');
}

export async function printLine(line: string): Promise<boolean> {
  return write(`${line}\n`);
}

/** For people, or for a program such as jq(1). */
export async function printJson(value: unknown, indent = 2): Promise<boolean> {
  return printLine(JSON.stringify(value, undefined, indent));
}

/** Why it takes no more, where that is not its reader's going. */
export function outputFailure(): CommandError | undefined {
  return failure;
}

/** Resolves when all that was written is read, or nobody reads it; rejects with `outputFailure()`. */
export async function flush(): Promise<void> {
  // Some write to it in a way of their own.
  if (!watched) return;
  const stdout = output();
  if (stdout.writableLength > 0) await new Promise((resolve) => stdout.write('', resolve));
  // An error is told in the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  if (failure !== undefined) throw failure;
}
