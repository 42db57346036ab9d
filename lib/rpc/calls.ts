import { Latency, type LatencyStats } from '../base/latency.js';
import type { Reply } from './envelope/reply.js';

/** Who waits for the replies of one request. */
export interface Waiting {
  take(reply: Reply, priority: number): void;
  fail(error: Error): void;
}

/** Counts since the host began. */
export interface RpcHostStats {
  /** Requests that were begun. */
  readonly requests: number;
  /** Of those: the ones that got their last reply. */
  readonly answered: number;
  /** Of those: the ones whose last reply was an error. */
  readonly failed: number;
  /** Requests that had no last reply by their timeout. */
  readonly timedOut: number;
  /** Requests that wait for their last reply now. */
  readonly open: number;
  /** How often a request was sent again. */
  readonly retries: number;
  /** Notifications that were sent. */
  readonly notifications: number;
  /** Replies that nobody waited for: late, or doubled. */
  readonly late: number;
  /** Messages in the reply queue that were no replies. */
  readonly invalid: number;
  /** Of those answered: from when it was begun to its last reply. */
  readonly latency: LatencyStats;
}

/** The requests of a host that wait for a reply, by their ids. */
export class Calls {
  readonly counts = {
    requests: 0,
    answered: 0,
    failed: 0,
    timedOut: 0,
    retries: 0,
    notifications: 0,
    late: 0,
    invalid: 0,
  };
  readonly latency: Latency = new Latency();
  readonly #open = new Map<string, Waiting>();

  get open(): number {
    return this.#open.size;
  }

  add(id: string, call: Waiting): void {
    this.counts.requests += 1;
    this.#open.set(id, call);
  }

  /** Whatever comes for it from now on is late. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  take(reply: Reply, priority: number): void {
    const call = this.#open.get(reply.id);
    if (call === undefined) this.counts.late += 1;
    else call.take(reply, priority);
  }

  failAll(error: Error): void {
    for (const call of this.#open.values()) call.fail(error);
  }
}
