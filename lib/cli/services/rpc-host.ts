import { RpcError, RpcHost, type RequestOptions, type RpcHostOptions } from '../../rpc.js';
import { CommandError } from '../base/exit-codes.js';
import { inputLines } from '../messages/input-lines.js';
import { interrupted } from '../base/interruption.js';
import { inLanes, type LaneOptions } from './lanes.js';
import { notice } from '../base/notice.js';
import { write } from '../base/output.js';
import { printable } from '../base/printable.js';
import { remedyFor } from '../base/remedies.js';

/** How to ask. */
export interface Asking extends LaneOptions {
  readonly request: RequestOptions;
  /** The byte that ends a line, of input and output. */
  readonly end: number;
  /** Whether the first failure ends it. */
  readonly stopAtError: boolean;
}

type Outcome = { readonly value: Buffer } | { readonly failure: string };

/**
 * Asks for each line of standard input, and prints the replies.
 *
 * @returns rejects where one of them failed
 */
export async function askEach(
  options: RpcHostOptions,
  { request, end, stopAtError, ...lanes }: Asking,
): Promise<void> {
  await using host = await new RpcHost(options).open();
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted(), over.signal]);
  let count = 0;
  let failed = 0;
  const ask = async (line: Buffer, number: number): Promise<Outcome> => {
    count = number;
    try {
      return { value: await host.request(line, { ...request, signal }) };
    } catch (error) {
      if (signal.aborted) throw error;
      return { failure: `line ${number}: ${textOf(error)}` };
    }
  };
  const tell = async (outcome: Outcome): Promise<void> => {
    if ('value' in outcome) {
      await write(Buffer.concat([outcome.value, Buffer.of(end)]));
      return;
    }
    if (stopAtError) throw new CommandError(outcome.failure);
    failed += 1;
    notice(outcome.failure);
  };
  try {
    await inLanes(inputLines(end, signal), lanes, ask, tell);
  } finally {
    over.abort();
  }
  if (failed > 0) throw new CommandError(`${failed} of ${count} requests failed`);
}

/** With what the worker told besides, such as the end of a program's standard error. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What a worker has told is in words of its own.
  if (error instanceof RpcError) {
    return printable(
      error.data === undefined ? error.message : `${error.message} ${JSON.stringify(error.data)}`,
    );
  }
  return remedyFor(error);
}
