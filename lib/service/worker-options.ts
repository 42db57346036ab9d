import type { AnyCodec, Decoded, Encoded } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import type { LatencyStats } from '../base/latency.js';
import type { Message } from '../base/message.js';
import { integer, isBoolean, isFunction, required, type Checks } from '../base/options.js';
import type { AcknowledgeEvents } from './acknowledge.js';
import { isName, serviceChecks, type ServiceOptions } from './options.js';
import { redeliveryChecks, type RedeliveryEvents, type RedeliveryOptions } from './redelivery.js';
import type { HandlerResult } from './results.js';

/** What a response may be: a value for the codec, or a Message with its own priority. */
export type Reply<C extends AnyCodec> = Encoded<C> | Message;

/** What a handler is told besides the request. */
export interface RequestContext {
  /** The priority of the request. */
  readonly priority: number;
  /** How many workers have died with it in hand, or had no more time for it: 0 without `redelivery`. */
  readonly attempts: number;
  /** Aborted when the worker was closed and its timeout is over: nobody waits for this any more. */
  readonly signal: AbortSignal;
}

/** Works on one request. */
export type Handler<C extends AnyCodec> = (
  request: Decoded<C>,
  context: RequestContext,
) => HandlerResult<Reply<C>>;

/** A request that was not answered. */
export interface Failure {
  /** What the handler threw, or why its response could not be sent. */
  readonly error: unknown;
  /** The request; its bytes where the codec could not decode them. */
  readonly request: unknown;
  /** With `buryFailures`: whether it is in the queue for dead letters now. */
  readonly buried?: boolean;
}

/** The events of a Worker. */
export interface WorkerEvents extends AcknowledgeEvents, RedeliveryEvents {
  /** Its queues are open. */
  ready: [];
  /** A request was not answered. The worker goes on. */
  failure: [failure: Failure];
  /**
   * The name of one of its queues was removed, as a host does when it closes. Unless `reopen: false`, the
   * worker goes on as soon as somebody makes the queue again.
   */
  unlinked: [queue: string];
  /** Another queue has that name, and the worker uses it now. */
  reopened: [queue: string];
  /** The worker cannot go on; `run()` rejects with the same error. Needs no listener. */
  error: [error: Error];
  /** It has stopped and its queues are closed. */
  close: [];
}

/** How to run a worker. */
export interface WorkerOptions<C extends AnyCodec = typeof raw>
  extends ServiceOptions<C>, RedeliveryOptions {
  /** The queue that it reads. */
  requests: string;
  /** The queue that it writes. Without one, what the handler returns is dropped. */
  responses?: string | undefined;
  /**
   * How many requests are worked on at one time. No more than that are taken from the queue.
   *
   * @defaultValue 1
   */
  concurrency?: number | undefined;
  /**
   * Whether it goes on, within 250 milliseconds, with the queues that the next host makes after the one
   * before has unlinked them. It never makes them again itself. A response goes to the queue that had
   * the name when its request was taken: where that was replaced meanwhile the response is a `failure`
   * with code `ERR_MQ_REPLACED`.
   *
   * @defaultValue true
   */
  reopen?: boolean | undefined;
  /**
   * The queue for requests that were given up, see `maxAttempts`: unchanged, behind one line that says why. It is made
   * at the first one, with messages that are 1,024 bytes larger than the requests, where the machine allows that.
   */
  deadLetter?: string | undefined;
  /**
   * Whether a request that failed goes to `deadLetter` too, so that it can be sent again: with the reason `failed`. Not one whose
   * host is gone (`ERR_MQ_REPLACED`), as its work was done.
   *
   * @defaultValue false
   */
  buryFailures?: boolean | undefined;
  /**
   * Called with what went wrong and the request. What it returns is sent as the response; nothing
   * for `undefined`.
   */
  onFailure?:
    | ((error: unknown, request: unknown) => Reply<C> | undefined | Promise<Reply<C> | undefined>)
    | undefined;
}

/** Counts since the worker began. */
export interface WorkerStats {
  /** Requests taken. */
  readonly received: number;
  /** Requests whose handler and responses are done. */
  readonly processed: number;
  /** Requests that failed. */
  readonly failed: number;
  /**
   * With `redelivery`: requests that were neither done nor answered in part when the `timeout` of `run` or `close` was over, and
   * come again, to another worker.
   */
  readonly unfinished: number;
  /** Messages sent to the response queue. */
  readonly responses: number;
  /** Requests being worked on now. */
  readonly inHand: number;
  /** Of those taken: the ones with which another worker had died. */
  readonly adopted: number;
  /** Of those: the ones that were given up. */
  readonly gaveUp: number;
  /** Of those processed and failed: from when it was taken to when its responses were sent. */
  readonly latency: LatencyStats;
}

/** @internal */
export const workerChecks: Checks<WorkerOptions<AnyCodec>> = {
  ...serviceChecks,
  ...redeliveryChecks,
  requests: isName,
  responses: isName,
  concurrency: integer(1, 10_000),
  reopen: isBoolean,
  deadLetter: isName,
  buryFailures: isBoolean,
  onFailure: isFunction,
  [required]: ['requests'],
};
