import { Host, type HostOptions } from '../../service.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { inputLines } from '../messages/input-lines.js';
import { interrupted } from '../base/interruption.js';
import { counted, notice } from '../base/notice.js';
import { write } from '../base/output.js';
import { remedyFor } from '../base/remedies.js';
import { Unanswered } from './unanswered.js';

/** How to send. */
export interface Sending {
  /** Milliseconds for the next response, and for room in the queue. */
  readonly timeout: number | undefined;
  readonly priority: number;
  /** How many requests may be without a response. */
  readonly concurrency: number;
  /** The byte that ends a line, of input and output. */
  readonly end: number;
  /** Whether the first failure ends it. */
  readonly stopAtError: boolean;
}

/**
 * Sends each line of standard input, and prints as many responses.
 *
 * @returns rejects where a line could not be sent, or a response did not come
 */
export async function exchange(options: HostOptions, sending: Sending): Promise<void> {
  await using host = new Host(options);
  let stale = 0;
  host.on('stale', () => (stale += 1));
  await host.open();
  if (stale > 0) notice(`dropped ${counted(stale)} of an earlier run`);
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted(), over.signal]);
  const unanswered = new Unanswered(signal);
  try {
    const [failed] = await Promise.all([
      sendEach(host, unanswered, sending, signal),
      printEach(host, unanswered, sending, signal),
    ]);
    if (failed > 0) throw new CommandError(`not sent: ${failed}`);
  } catch (error) {
    if (codeOf(error) !== 'ETIMEDOUT') throw error;
    const { count } = unanswered;
    const problem =
      count === 0
        ? `queue ${options.requests} had no room for a request`
        : `no response came (without one so far: ${count})`;
    throw new CommandError(`${problem} within ${sending.timeout} ms`, ExitCode.timeout);
  } finally {
    over.abort();
  }
}

/** How many lines could not be sent. */
async function sendEach(
  host: Host,
  unanswered: Unanswered,
  { timeout, priority, concurrency, end, stopAtError }: Sending,
  signal: AbortSignal,
): Promise<number> {
  let [number, failed] = [0, 0];
  const send = async (line: Buffer): Promise<void> => {
    await unanswered.until((count) => count < concurrency);
    try {
      await host.send(line, { timeout, priority, signal });
      unanswered.add(1);
    } catch (error) {
      // Where there are others, it is their responses that did not come.
      if (codeOf(error) !== 'ETIMEDOUT' || unanswered.count === 0) throw error;
      await send(line);
    }
  };
  for await (const line of inputLines(end, signal)) {
    number += 1;
    try {
      await send(line);
    } catch (error) {
      if (codeOf(error) !== 'EMSGSIZE') throw error;
      const text = `line ${number}: ${remedyFor(error as Error)}`;
      if (stopAtError) throw new CommandError(text);
      failed += 1;
      notice(text);
    }
  }
  unanswered.noMore();
  return failed;
}

async function printEach(
  host: Host,
  unanswered: Unanswered,
  { timeout, end }: Sending,
  signal: AbortSignal,
): Promise<void> {
  while (await unanswered.some()) {
    const response = await host.receive({ timeout, signal });
    await write(Buffer.concat([response, Buffer.of(end)]));
    unanswered.add(-1);
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
