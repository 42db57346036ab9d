import { EnvelopeError } from './envelope/envelope-error.js';
import { encodeReply, type ReplyError, type ReplyHeader } from './envelope/reply.js';
import type { Request } from './envelope/request.js';
import { lessAndLess } from './told-error.js';
import type { ReplyQueues } from './reply-queues.js';

/** What all replies of a worker have in common. */
export interface Answering {
  readonly queues: ReplyQueues;
  readonly by: string | undefined;
  /** Milliseconds to wait for room in a host's queue. */
  readonly timeout: number;
  /** Aborted when the worker gives up what it has in hand. */
  readonly givenUp: AbortSignal;
}

/** Milliseconds for what is told last, once the work was given up. */
const LAST_WORD = 50;

/** The way back to who asked. */
export class Replies {
  readonly #answering: Answering;
  readonly #request: Pick<Request, 'id' | 'replyTo'>;
  readonly #priority: number;
  #count = 0;
  #last: Buffer | undefined;
  #gone = false;

  constructor(request: Pick<Request, 'id' | 'replyTo'>, priority: number, answering: Answering) {
    this.#request = request;
    this.#priority = priority;
    this.#answering = answering;
  }

  /** Whether somebody waits for a reply, as far as is known. */
  get wanted(): boolean {
    return this.#request.replyTo !== undefined && !this.#gone;
  }

  /** Whether who asked took no reply. */
  get gone(): boolean {
    return this.#gone;
  }

  /** How many were sent. */
  get count(): number {
    return this.#count;
  }

  /** The reply, where it was a single one. */
  get only(): Buffer | undefined {
    return this.#count === 1 ? this.#last : undefined;
  }

  /**
   * One value.
   *
   * @param more - whether others follow
   * @returns rejects with `EMSGSIZE` for one that is too large
   */
  send(body: Uint8Array, more: boolean): Promise<void> {
    return this.#send({ more }, body);
  }

  /** That it failed, in as many words as fit. */
  async fail(error: ReplyError): Promise<void> {
    for (const less of lessAndLess(error)) {
      try {
        await this.#send({ error: less }, NONE);
        return;
      } catch (problem) {
        if (!isTooLong(problem)) throw problem;
      }
    }
    this.#gone = true;
  }

  /** A reply of before, once more. */
  async repeat(reply: Buffer): Promise<void> {
    const { queues, timeout, givenUp } = this.#answering;
    const { replyTo } = this.#request;
    if (replyTo === undefined || this.#gone) return;
    if (queues.trySend(replyTo, reply, this.#priority)) {
      this.#count += 1;
      return;
    }
    const isLate = givenUp.aborted;
    const taken = await queues.send(replyTo, reply, {
      priority: this.#priority,
      timeout: isLate ? Math.min(timeout, LAST_WORD) : timeout,
      signal: isLate ? undefined : givenUp,
    });
    if (taken) this.#count += 1;
    else this.#gone = true;
  }

  async #send(header: Omit<ReplyHeader, 'id'>, body: Uint8Array): Promise<void> {
    const { id } = this.#request;
    if (!this.wanted || id === undefined) return;
    const { more, error } = header;
    this.#last = encodeReply({ id, more, error, by: this.#answering.by }, body);
    await this.repeat(this.#last);
  }
}

const NONE = new Uint8Array(0);

function isTooLong(problem: unknown): boolean {
  if (problem instanceof EnvelopeError) return true;
  return (problem as { code?: unknown } | null)?.code === 'EMSGSIZE';
}
