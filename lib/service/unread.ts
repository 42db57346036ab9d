import { codeOf } from '../base/code-of.js';
import { unreadError } from '../base/errors.js';
import { clearTimeout, setTimeout } from '../base/timers.js';
import type { QueueStatus } from '../transport/transport.js';
import type { ResponseLine } from './response-line.js';
import { warnBlocked } from '../base/warnings.js';

/** Milliseconds without any progress after which a send counts as blocked. */
const PATIENCE = 1000;

/**
 * Responses that nobody reads keep a host from sending: its workers wait for room for their responses,
 * take no request before, and so the queue of requests stays full. This finds out, and says so.
 */
export class Unread {
  readonly #line: ResponseLine;
  readonly #stat: () => Promise<QueueStatus>;
  readonly #names: { readonly requests: string; readonly responses: string };
  #sending = 0;
  #sent = 0;
  #sentBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #warned = false;

  constructor(
    line: ResponseLine,
    stat: () => Promise<QueueStatus>,
    names: { readonly requests: string; readonly responses: string },
  ) {
    this.#line = line;
    this.#stat = stat;
    this.#names = names;
  }

  /** Sends, and where that times out because of unread responses, rejects with an error that tells. */
  async explain(timeout: number | undefined, send: () => Promise<void>): Promise<void> {
    this.#sending += 1;
    if (!this.#warned) this.#timer ??= this.#later();
    try {
      await send();
    } catch (error) {
      const timedOut = codeOf(error) === 'ETIMEDOUT';
      const unread = timedOut ? await this.#count() : 0;
      if (unread === 0 || timeout === undefined) throw error;
      throw unreadError(this.#names, timeout, unread);
    } finally {
      this.#sending -= 1;
      this.#sent += 1;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#warned = true;
  }

  /** One timer for all sends: it costs a send two numbers. */
  #later(): NodeJS.Timeout {
    this.#sentBefore = this.#sent;
    const timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#sending === 0 || this.#warned) return;
      if (this.#sent === this.#sentBefore) void this.#look();
      this.#timer = this.#later();
    }, PATIENCE);
    return timer.unref();
  }

  async #look(): Promise<void> {
    const sent = this.#sent;
    const unread = await this.#count(true);
    const goesOn = this.#sent !== sent || this.#line.isRead;
    if (unread === 0 || goesOn || this.#warned) return;
    this.#warned = true;
    warnBlocked(unread, this.#names, PATIENCE);
  }

  /** How many responses nobody has read; with `ifFull`, none unless there is no room for another. */
  async #count(ifFull = false): Promise<number> {
    try {
      const { messages, maxMessages } = await this.#stat();
      return ifFull && messages < maxMessages ? 0 : messages + this.#line.unclaimed;
    } catch {
      // Only the reason is not known then.
      return 0;
    }
  }
}
