import type { LatencyStats } from '../../base/latency.js';
import type { Message } from '../../base/message.js';
import {
  checkOptions,
  integer,
  isBoolean,
  isMilliseconds,
  required,
  type Check,
  type Checks,
} from '../../base/options.js';
import { invalidType } from '../../base/errors.js';
import type { QueueOptions, Transport } from '../../transport/transport.js';
import type { AcknowledgeEvents } from '../acknowledge.js';
import { isName, isTransport } from '../options.js';
import { redeliveryChecks, type RedeliveryEvents } from '../redelivery.js';

/** One side of a bridge. */
export interface BridgeEnd extends Omit<QueueOptions, 'exclusive'> {
  /** The name of the queue. */
  queue: string;
  /**
   * Where it is.
   *
   * @defaultValue the kernel of this machine
   */
  transport?: Transport | undefined;
}

/** How to run a bridge. */
export interface BridgeOptions {
  /**
   * How many messages are on their way at one time. With more than one the order is not kept.
   *
   * @defaultValue 1
   */
  concurrency?: number | undefined;
  /**
   * Whether a message comes again that the bridge had in hand when it was killed. It may then arrive twice. With the
   * queues of this machine each message in hand is kept in shared memory.
   *
   * @defaultValue whether the transport that it takes from has that capability
   */
  redelivery?: boolean | undefined;
  /**
   * Whether it goes on with the queues that other programs make under the same names, once theirs were removed.
   *
   * @defaultValue true
   */
  reopen?: boolean | undefined;
  /**
   * The queue, on the side that it takes from, for messages that are too large for the other: unchanged, behind one line
   * that says why. It is made at the first one. Without it such a message ends the bridge.
   */
  deadLetter?: string | undefined;
  /**
   * A file for messages that the other side does not take for a while. It is made with mode 0600 where it is not there,
   * and belongs to one bridge. Without it they stay in the queue that they come from.
   */
  spool?: string | undefined;
  /**
   * Bytes that the file may grow to. What was sent keeps its place in it until all is sent. Not less than 1024.
   *
   * @defaultValue 67108864, which are 64 MiB
   */
  maxSpoolSize?: number | undefined;
  /**
   * Milliseconds after which a message that is not sent goes to the file. Those behind it follow at once.
   *
   * @defaultValue 1000
   */
  spoolAfter?: number | undefined;
}

/** A message that the queue on the other side cannot hold. */
export interface BridgeFailure {
  /** Why. */
  readonly error: unknown;
  /** Its bytes and priority. It is in the queue for dead letters. */
  readonly message: Message;
}

/** The events of a Bridge. */
export interface BridgeEvents extends AcknowledgeEvents, RedeliveryEvents {
  /** Both queues are open. */
  ready: [];
  /** A message went to `deadLetter`. */
  failure: [failure: BridgeFailure];
  /** The other side took a message too late: from now on they go to the spool file. */
  spooling: [];
  /**
   * The spool file has no room: messages wait in their queue until all of it is sent. Where nobody listens a process warning
   * `MQ_SPOOL_FULL` tells the first time.
   */
  spoolFull: [];
  /** All that was in the spool file is sent. */
  spoolEmpty: [];
  /** The name of one of its queues was removed. For the one that it sends to, told when a message is to go there. */
  unlinked: [queue: string];
  /** Another queue has that name, and the bridge uses it now. */
  reopened: [queue: string];
  /** The bridge cannot go on; `run()` rejects with the same error. Needs no listener. */
  error: [error: Error];
  /** It has stopped and its queues are closed. */
  close: [];
}

/** Counts since the bridge began. */
export interface BridgeStats {
  /** Messages taken. */
  readonly received: number;
  /** Messages that the other side has confirmed, those out of the spool file among them. */
  readonly sent: number;
  /** Messages that went to the spool file. */
  readonly spooled: number;
  /** Messages that are in the spool file now. */
  readonly inSpool: number;
  /** Messages that went to `deadLetter`. */
  readonly failed: number;
  /** Messages in hand now. */
  readonly inHand: number;
  /** Of those taken: the ones with which another bridge had died. */
  readonly adopted: number;
  /** Always 0: no message is given up for having come often. */
  readonly gaveUp: number;
  /** From when a message was taken to when it was sent or spooled. */
  readonly latency: LatencyStats;
}

/** @internal */
export const endChecks: Checks<BridgeEnd> = {
  queue: isName,
  transport: isTransport,
  create: isBoolean,
  maxMessages: integer(1, Infinity),
  maxMessageSize: integer(1, Infinity),
  [required]: ['queue'],
};

const isPath: Check = (argument, value) => {
  if (typeof value !== 'string' || value === '') throw invalidType(argument, 'a path', value);
};

/** @internal */
export const bridgeChecks: Checks<BridgeOptions> = {
  concurrency: integer(1, 10_000),
  redelivery: redeliveryChecks.redelivery,
  reopen: isBoolean,
  deadLetter: isName,
  spool: isPath,
  maxSpoolSize: integer(1024, Number.MAX_SAFE_INTEGER),
  spoolAfter: isMilliseconds,
};

/** @internal */
export function checkEnd(end: BridgeEnd, which: 'from' | 'to'): BridgeEnd {
  return checkOptions(`bridge(), ${which}`, end, endChecks);
}
