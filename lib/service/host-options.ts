import { isOnInvalid, type AnyCodec, type OnInvalid } from '../codec/codec.js';
import type { raw } from '../codec/raw.js';
import type { LatencyStats } from '../base/latency.js';
import type { Message } from '../base/message.js';
import { isBoolean, isPriority, required, type Checks } from '../base/options.js';
import type { WaitOptions } from '../queue/use/cancellation.js';
import { waitChecks } from '../queue/use/receive.js';
import type { AcknowledgeEvents } from './acknowledge.js';
import { isName, serviceChecks, type ServiceOptions } from './options.js';

/** The events of a Host. */
export interface HostEvents extends AcknowledgeEvents {
  /** A message that an earlier run left in the queue of this name. Taken out when the host opens. */
  stale: [message: Message, queue: string];
  /**
   * A message that was in the queue of this name, the responses, before this host had sent anything: a
   * worker still answers somebody else, such as a host that was killed. Where nobody listens it is
   * received like any other; a process warning `MQ_UNSOLICITED` tells of the first, unless `unlink: false`.
   */
  unsolicited: [message: Message, queue: string];
  /** It is closed. */
  close: [];
}

/** How to run a host. */
export interface HostOptions<C extends AnyCodec = typeof raw> extends ServiceOptions<C> {
  /** The queue that it writes. */
  requests: string;
  /** The queue that it reads. */
  responses: string;
  /**
   * Whether `close` unlinks both queues. If so they belong to this host's run alone, and requests
   * that an earlier run left there are stale too.
   *
   * @defaultValue true
   */
  unlink?: boolean | undefined;
  /**
   * What to do about a response that the codec cannot decode.
   *
   * @defaultValue `'error'`
   */
  onInvalid?: OnInvalid | undefined;
}

/** Counts since the host began. */
export interface HostStats {
  /** Tasks sent. */
  readonly sent: number;
  /** Responses received. */
  readonly received: number;
  /**
   * Of those sent: how long `send` waited until the queue had it. Which response answers which task nobody knows;
   * how long that takes RpcHost can tell.
   */
  readonly latency: LatencyStats;
}

/** How to send a task. */
export interface TaskOptions extends WaitOptions {
  /**
   * 0 to 32767; workers receive the highest first.
   *
   * @defaultValue 0
   */
  priority?: number | undefined;
}

/** @internal */
export const hostChecks: Checks<HostOptions<AnyCodec>> = {
  ...serviceChecks,
  requests: isName,
  responses: isName,
  unlink: isBoolean,
  onInvalid: isOnInvalid,
  [required]: ['requests', 'responses'],
};
/** @internal */
export const taskChecks: Checks<TaskOptions> = { ...waitChecks, priority: isPriority };
