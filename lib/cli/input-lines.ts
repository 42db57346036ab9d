import { addAbortSignal } from 'node:stream';

/**
 * The lines of standard input, as bytes and without their ends; the last one needs none. Nothing is read ahead of
 * demand but the present chunk.
 *
 * @param end - the byte that ends a line
 * @param signal - ends it; rejects with an AbortError then
 */
export async function* inputLines(end: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  for await (const chunk of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(end); at !== -1; at = chunk.indexOf(end, from)) {
      const line = chunk.subarray(from, at);
      from = at + 1;
      if (begun.length === 0) yield line;
      else {
        const whole = Buffer.concat([...begun, line]);
        begun = [];
        yield whole;
      }
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
  if (begun.length > 0) yield Buffer.concat(begun);
}
