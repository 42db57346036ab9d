import { constants } from 'node:os';
import { AbortError, brokerError, MessageQueueError, systemError } from '../base/errors.js';
import { setTimeout } from '../base/timers.js';

const LONGEST_PAUSE = 25;
/** The broker's reply where there is no such queue. */
const NOT_FOUND = 404;

/** Whether a call failed because its link was lost: then it is to be made again with the next one. */
export function isLost(error: unknown): boolean {
  if (error instanceof MessageQueueError || error instanceof AbortError) return false;
  // What the broker refuses has its code.
  return typeof (error as { code?: unknown } | null)?.code !== 'number';
}

/** What the broker refused, as an error of ours. */
export function failureOf(error: unknown, queue: string, syscall: string): Error {
  if (error instanceof MessageQueueError || error instanceof AbortError) return error;
  const { code } = error as { code?: unknown };
  if (code === NOT_FOUND) return systemError(-constants.errno.ENOENT, syscall, queue);
  return brokerError(queue, error);
}

/** At another moment each: those that wait for the same do not come back together. */
export function pause(most: number = LONGEST_PAUSE): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * (most - 1)));
}
