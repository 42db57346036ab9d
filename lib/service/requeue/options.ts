import { integer, isBoolean, isSignal, type Checks } from '../../base/options.js';
import type { DeadLetterHeader } from '../../rpc/envelope/dead-letter.js';
import { isName } from '../options.js';

/** How to requeue. */
export interface RequeueOptions {
  /**
   * The queue that all are sent to.
   *
   * @defaultValue the one that each came from
   */
  to?: string | undefined;
  /**
   * How many are sent at most.
   *
   * @defaultValue `Infinity`
   */
  count?: number | undefined;
  /**
   * Sends none: only tells what it would do.
   *
   * @defaultValue false
   */
  dryRun?: boolean | undefined;
  /** Gives up with an `AbortError` where it waits for room. */
  signal?: AbortSignal | undefined;
}

/** A message that was sent again, or stayed where it was. */
export interface Requeued extends Partial<DeadLetterHeader> {
  /** The queue that has it now; with `dryRun` would have. */
  readonly to?: string | undefined;
  readonly priority: number;
  /** Bytes of the message, without the line of the dead letter. */
  readonly size: number;
  /** Why it stayed where it was, where it did. */
  readonly problem?: Error | undefined;
}

/** @internal */
export const requeueChecks: Checks<RequeueOptions> = {
  to: isName,
  count: integer(1, Infinity),
  dryRun: isBoolean,
  signal: isSignal,
};
