import type { AnyCodec } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import type { Message } from '../base/message.js';
import {
  integer,
  isBoolean,
  isMilliseconds,
  required,
  type Check,
  type Checks,
} from '../base/options.js';
import type { LatencyStats } from '../base/latency.js';
import { outOfRange } from '../base/errors.js';
import type { AcknowledgeEvents } from '../service/acknowledge.js';
import { isName, peerChecks, type PeerOptions } from '../service/options.js';
import {
  redeliveryChecks,
  type RedeliveryEvents,
  type RedeliveryOptions,
} from '../service/redelivery.js';
import type { EnvelopeError } from './envelope/envelope-error.js';
import { rules } from './envelope/members.js';
import { spillChecks, type SpillOptions } from './spill/options.js';

/** A request whose handler failed. */
export interface RpcFailure {
  /** What the handler threw, or why its reply could not be sent. */
  readonly error: unknown;
  /** The route that the host named. */
  readonly method: string | undefined;
  /** Whether the host was told. Of a notification nobody is, nor is a host that is gone. */
  readonly told: boolean;
}

/** The events of an RpcWorker. */
export interface RpcWorkerEvents extends AcknowledgeEvents, RedeliveryEvents {
  /** Its queue is open. */
  ready: [];
  /** A handler failed, or its reply could not be sent. The worker goes on. */
  failure: [failure: RpcFailure];
  /**
   * A message that is no request, and could not go to `deadLetter` either, or there is none. It is in no queue
   * any more. Where nobody listens, a process warning `MQ_ENVELOPE` tells of the first.
   */
  invalid: [message: Message, error: EnvelopeError];
  /**
   * The name of its queue was removed. Unless `reopen: false`, the worker goes on as soon as somebody makes the
   * queue again.
   */
  unlinked: [queue: string];
  /** Another queue has that name, and the worker uses it now. */
  reopened: [queue: string];
  /** The worker cannot go on; `run()` rejects with the same error. Needs no listener. */
  error: [error: Error];
  /** It has stopped and its queues are closed. */
  close: [];
}

/**
 * How to run a worker. Where there is no request queue yet, it is made for 10 messages of 2,048 bytes, unless
 * `maxMessages` and `maxMessageSize` say otherwise.
 */
export interface RpcWorkerOptions<C extends AnyCodec = typeof raw>
  extends PeerOptions<C>, RedeliveryOptions, SpillOptions {
  /** The queue that it reads. */
  requests: string;
  /**
   * How many requests are worked on at one time. No more than that are taken from the queue.
   *
   * @defaultValue 1
   */
  concurrency?: number | undefined;
  /**
   * The queue for messages that are no requests or were given up, see `maxAttempts`: unchanged, behind one line that says why. It is made at the first one,
   * with messages that are 1,024 bytes larger than the requests, where the machine allows that.
   */
  deadLetter?: string | undefined;
  /**
   * How many answered requests it remembers, with their replies: one that is sent again gets the same reply, and is not
   * worked on again; nor is one that is in hand. Those with several replies are not remembered.
   *
   * @defaultValue 0
   */
  deduplicate?: number | undefined;
  /**
   * Milliseconds that a reply waits for room in a host's queue. Then the host is taken for gone or stuck: it is
   * counted, and the worker goes on.
   *
   * @defaultValue 1000
   */
  replyTimeout?: number | undefined;
  /** Tells each host which worker has answered: 1 to 64 bytes. Takes that and 8 more of each reply. */
  by?: string | undefined;
  /**
   * Whether the beginning of an error's stack goes to the host, as its `data.stack`. For development: it tells how this
   * program is made.
   *
   * @defaultValue false
   */
  stacks?: boolean | undefined;
  /**
   * Whether it goes on, within 250 milliseconds, with the queue that gets the name once this one has lost it.
   *
   * @defaultValue true
   */
  reopen?: boolean | undefined;
}

/** Counts since the worker began. */
export interface RpcWorkerStats {
  /** Messages taken. */
  readonly received: number;
  /** Requests whose handler is done, and whose replies, if any, were sent. */
  readonly processed: number;
  /** Requests whose handler failed, or that had none. */
  readonly failed: number;
  /**
   * With `redelivery`: requests that were neither done nor answered in part when the `timeout` of `run` or `close` was over, and
   * come again, to another worker.
   */
  readonly unfinished: number;
  /** Requests whose deadline had passed. */
  readonly expired: number;
  /** Messages that were no requests. */
  readonly invalid: number;
  /** Of those: the ones that did not get to `deadLetter`. */
  readonly lost: number;
  /** Requests whose host took no reply: it is gone or stuck. */
  readonly gone: number;
  /** Requests that came again, and were answered from memory or are in hand: see `deduplicate`. */
  readonly repeated: number;
  /** Replies sent. */
  readonly replies: number;
  /** Messages being worked on now. */
  readonly inHand: number;
  /** Of those taken: the ones with which another worker had died. */
  readonly adopted: number;
  /** Of those: the ones that were given up. */
  readonly gaveUp: number;
  /** Of those processed and failed: from when it was read to when its replies were sent. */
  readonly latency: LatencyStats;
}

const isBy: Check = (argument, value) => {
  isName(argument, value);
  const by = value as string;
  if (rules.by.pattern.test(by) && Buffer.byteLength(by) <= rules.by.most) return;
  throw outOfRange(argument, rules.by.expected, value);
};

/** @internal */
export const rpcWorkerChecks: Checks<RpcWorkerOptions<AnyCodec>> = {
  ...peerChecks,
  ...redeliveryChecks,
  ...spillChecks,
  requests: isName,
  concurrency: integer(1, 10_000),
  deadLetter: isName,
  deduplicate: integer(0, 1_000_000),
  replyTimeout: isMilliseconds,
  by: isBy,
  stacks: isBoolean,
  reopen: isBoolean,
  [required]: ['requests'],
};
