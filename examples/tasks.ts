import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** `task-1` to `task-20`. */
export function* twentyTasks(): Generator<string> {
  for (let number = 1; number <= 20; number += 1) yield `task-${number}`;
}

/**
 * The lines of a file, or of standard input for `-`, without empty ones. Ends when it is aborted.
 *
 * @throws Error for a line that has more bytes than `maxBytes`
 */
export async function* linesOf(
  file: string,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  let number = 0;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity, signal })) {
      number += 1;
      const size = Buffer.byteLength(line);
      if (size > maxBytes) {
        throw new Error(`line ${number} has ${size} bytes: a task has ${maxBytes} at most`);
      }
      if (line !== '') yield line;
    }
  } finally {
    // Standard input would keep the process otherwise.
    input.destroy();
  }
}
