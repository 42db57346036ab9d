import { AbortError } from '../base/errors.js';
import { integer, isBoolean, isSignal, type Checks } from '../base/options.js';
import type { NackOptions, ReceiverOptions } from './transport.js';

/** @internal */
export const receiverChecks: Checks<ReceiverOptions> = {
  create: isBoolean,
  exclusive: isBoolean,
  maxMessages: integer(1, Infinity),
  maxMessageSize: integer(1, Infinity),
  follow: isBoolean,
  signal: isSignal,
  competing: isBoolean,
  redelivery: isBoolean,
  concurrency: integer(1, 10_000),
  private: isBoolean,
};

/**
 * For a transport by which nothing takes long enough to be given up later.
 *
 * @internal
 */
export function refuseAborted(queue: string, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  isSignal('options.signal', signal);
  if (signal.aborted) throw new AbortError(signal.reason, queue);
}

/** @internal */
export const nackChecks: Checks<NackOptions> = { requeue: isBoolean };
