import type { MessageQueue } from '../../index.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { endedBy } from '../base/interruption.js';
import { counted, notice } from '../base/notice.js';
import { remedyFor } from '../base/remedies.js';

/** What was not sent, and why. */
export interface Unsent {
  readonly queue: MessageQueue;
  readonly error: unknown;
  /** How many messages before it were sent. */
  readonly sent: number;
  /** What kind of piece of the input it is; undefined for a message that is all of it. */
  readonly piece: 'line' | 'record' | undefined;
}

/** The error that tells how far it came, and how to go on. */
export function unsentError(unsent: Unsent): unknown {
  const { error } = unsent;
  if (endedBy() !== undefined) {
    tellInterruption(unsent);
    return error;
  }
  if (!(error instanceof Error)) return error;
  if (unsent.piece === undefined) return wholeError(unsent, error);
  return pieceError(unsent, unsent.piece, error);
}

function tellInterruption({ sent, piece }: Unsent): void {
  if (piece === undefined) notice('the message was not sent');
  else notice(`${counted(sent)} sent; go on with ${goOn(piece, sent + 1)}`);
}

function wholeError({ queue }: Unsent, error: Error): Error {
  const { code } = error as { code?: unknown };
  if (code === 'EMSGSIZE') {
    return new CommandError(
      `the message is larger than queue ${queue.name} takes, ${queue.maxMessageSize} bytes. Send less, or make the ` +
        `queue with a larger --size`,
    );
  }
  if (code !== 'ETIMEDOUT') return error;
  return new CommandError(
    `queue ${queue.name} had no room in time, and the message was not sent. Try again, or give a longer --timeout`,
    ExitCode.timeout,
  );
}

function pieceError({ queue, sent }: Unsent, piece: 'line' | 'record', error: Error): CommandError {
  const number = sent + 1;
  const before = `${counted(sent)} before it ${sent === 1 ? 'was' : 'were'} sent, nothing behind it`;
  const { code } = error as { code?: unknown };
  if (code === 'ETIMEDOUT') {
    return new CommandError(
      `queue ${queue.name} had no room in time for ${piece} ${number}: ${before}. Go on with ${goOn(piece, number)}, or ` +
        'give a longer --timeout',
      ExitCode.timeout,
    );
  }
  const after = `${before}. Go on behind it with ${goOn(piece, number + 1)}`;
  if (code === 'EMSGSIZE') {
    return new CommandError(
      `the message of ${piece} ${number} is larger than queue ${queue.name} takes, ${queue.maxMessageSize} bytes: ${after}, ` +
        'or make the queue with a larger --size',
    );
  }
  if (error instanceof CommandError) {
    return new CommandError(`${piece} ${number} ${error.message}; ${after}`);
  }
  return new CommandError(
    `${remedyFor(error)}; ${counted(sent)} sent. Go on with ${goOn(piece, number)}`,
  );
}

function goOn(piece: 'line' | 'record', number: number): string {
  return `tail ${piece === 'line' ? '' : '-z '}-n +${number}`;
}
