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

/** The tasks that have no answer yet. The same task may be there several times. */
export class Unanswered {
  readonly #counts = new Map<string, number>();
  size = 0;

  add(task: string): void {
    const response = `${task} processed`;
    this.#counts.set(response, (this.#counts.get(response) ?? 0) + 1);
    this.size += 1;
  }

  /** Whether a response answers one of them. */
  settle(response: string): boolean {
    const count = this.#counts.get(response) ?? 0;
    if (count === 0) return false;
    this.#counts.set(response, count - 1);
    this.size -= 1;
    return true;
  }
}
