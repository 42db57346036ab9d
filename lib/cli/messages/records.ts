/** How records are told apart. */
export const Separator = { line: 0x0a, null: 0x00 } as const;

/**
 * Cuts bytes into records, each ended by a separator, which the last one may lack. One that is longer than `longest` comes
 * as its beginning, longer than that too, and is the last.
 *
 * @param longest - in bytes
 * @returns for each chunk the records that end in it: views of the chunk where they can be
 */
export async function* records(
  input: AsyncIterable<Buffer>,
  separator: number,
  longest: number,
): AsyncGenerator<Buffer[]> {
  let begun: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const complete: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, start)) {
      const last = chunk.subarray(start, end);
      complete.push(length === 0 ? last : Buffer.concat([...begun, last]));
      if (length > 0) [begun, length] = [[], 0];
      start = end + 1;
    }
    if (start < chunk.length) {
      begun.push(chunk.subarray(start));
      length += chunk.length - start;
    }
    if (length > longest) {
      yield [...complete, Buffer.concat(begun)];
      return;
    }
    yield complete;
  }
  if (length > 0) yield [Buffer.concat(begun)];
}
