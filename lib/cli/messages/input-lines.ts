import { addAbortSignal } from 'node:stream';
import { records } from './records.js';

/**
 * The lines of standard input, as bytes and without their ends; the last one needs none. Nothing is read ahead of
 * demand but the present chunk.
 *
 * @param end - the byte that ends a line
 * @param signal - ends it; rejects with an AbortError then
 */
export async function* inputLines(end: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  const input = addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>;
  for await (const lines of records(input, end, Infinity)) yield* lines;
}
