import {
  AbortError,
  brokerError,
  forbiddenError,
  lockedError,
  MessageQueueError,
  missingQueueError,
  otherArgumentsError,
} from '../base/errors.js';
import { setTimeout } from '../base/timers.js';

const LONGEST_PAUSE = 25;
/** Replies of the broker, see the specification of AMQP 0-9-1, section 1.2. */
export const NOT_FOUND = 404;
const FORBIDDEN = 403;
const LOCKED = 405;
const OTHER_ARGUMENTS = 406;

/** Whether a call failed because its link was lost: then it is to be made again with the next one. */
export function isLost(error: unknown): boolean {
  if (error instanceof MessageQueueError || error instanceof AbortError) return false;
  // What the broker refuses has its code.
  return typeof (error as { code?: unknown } | null)?.code !== 'number';
}

/** What the broker refused, as an error of ours. */
export function failureOf(error: unknown, queue: string, syscall: string): Error {
  if (error instanceof MessageQueueError || error instanceof AbortError) return error;
  switch ((error as { code?: unknown }).code) {
    case NOT_FOUND:
      return missingQueueError(queue, syscall);
    case FORBIDDEN:
      return forbiddenError(queue, syscall, error);
    case LOCKED:
      return lockedError(queue, syscall, error);
    case OTHER_ARGUMENTS:
      return otherArgumentsError(queue, error);
    default:
      return brokerError(queue, error);
  }
}

/** Whether a queue is another connection's own. */
export function isLocked(error: unknown): boolean {
  return codeBehind(error) === LOCKED;
}

/** Whether a queue is there with other arguments. */
export function isOther(error: unknown): boolean {
  return codeBehind(error) === OTHER_ARGUMENTS;
}

function codeBehind(error: unknown): unknown {
  return (error as { cause?: { code?: unknown } } | null)?.cause?.code;
}

/** At another moment each: those that wait for the same do not come back together. */
export function pause(most: number = LONGEST_PAUSE): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * (most - 1)));
}
