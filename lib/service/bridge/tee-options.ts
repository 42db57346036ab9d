import type { LatencyStats } from '../../base/latency.js';
import { integer, isBoolean, type Checks } from '../../base/options.js';
import type { AcknowledgeEvents } from '../acknowledge.js';
import { redeliveryChecks, type RedeliveryEvents } from '../redelivery.js';

/** How to run a tee. */
export interface TeeOptions {
  /**
   * How many messages it takes; then it ends.
   *
   * @defaultValue `Infinity`
   */
  count?: number | undefined;
  /**
   * Whether a message comes again that the tee had in hand when it was killed. Queues that had it already then get it twice.
   * Without it, that one message is lost for those that had not. With the queues of this machine the message in hand is kept
   * in shared memory.
   *
   * @defaultValue the transport's: with the queues of this machine `false`
   */
  redelivery?: boolean | undefined;
  /**
   * Whether it goes on with the queues that other programs make under the same names, once theirs were removed. A message
   * for a queue that is gone waits for that, and so do all others.
   *
   * @defaultValue true
   */
  reopen?: boolean | undefined;
}

/** The events of a Tee. */
export interface TeeEvents extends AcknowledgeEvents, RedeliveryEvents {
  /** All queues are open. */
  ready: [];
  /** The name of one of its queues was removed. For those that it sends to, told when a message is to go there. */
  unlinked: [queue: string];
  /** Another queue has that name, and the tee uses it now. */
  reopened: [queue: string];
  /** The tee cannot go on; `run()` rejects with the same error. Needs no listener. */
  error: [error: Error];
  /** It has stopped and its queues are closed. */
  close: [];
}

/** Counts since the tee began. */
export interface TeeStats {
  /** Messages taken. */
  readonly received: number;
  /** Messages that all queues have. */
  readonly sent: number;
  /** Messages in hand now: 0 or 1. */
  readonly inHand: number;
  /** Of those taken: the ones with which another tee had died. */
  readonly adopted: number;
  /** Always 0: no message is given up for having come often. */
  readonly gaveUp: number;
  /** From when a message was taken to when the last queue had it. */
  readonly latency: LatencyStats;
}

/** @internal */
export const teeChecks: Checks<TeeOptions> = {
  count: integer(1, Infinity),
  redelivery: redeliveryChecks.redelivery,
  reopen: isBoolean,
};
