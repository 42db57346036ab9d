import { codeOf } from '../base/code-of.js';
import { unspilledError, type NotSpilling } from '../base/errors.js';
import { EnvelopeError } from './envelope/envelope-error.js';
import type { ReplyError, ReplyHeader } from './envelope/reply.js';
import type { Request } from './envelope/request.js';
import { JSON_TYPE, lessAndLess } from './told-error.js';
import type { ReplyQueues } from './reply-queues.js';
import type { WorkerSpill } from './spill/worker.js';
import type { Packed, Wire } from './wire/wire.js';

/** What all replies of a worker have in common. */
export interface Answering {
  readonly wire: Wire;
  readonly queues: ReplyQueues;
  readonly by: string | undefined;
  /** Milliseconds to wait for room in a host's queue. */
  readonly timeout: number;
  /** Aborted when the worker gives up what it has in hand. */
  readonly givenUp: AbortSignal;
  /** Where bodies go that are too large for a message. */
  spill(): WorkerSpill | undefined;
}

/** What is told besides the body, and is not the same for all. */
type Header = Pick<ReplyHeader, 'more' | 'error' | 'spill' | 'contentType'>;

/** What of a request says where its replies go. */
type Asked = Pick<Request, 'id' | 'replyTo' | 'attempt' | 'spill'>;

/** Milliseconds for what is told last, once the work was given up. */
const LAST_WORD = 50;

/** The way back to who asked. */
export class Replies {
  readonly #answering: Answering;
  readonly #request: Asked;
  readonly #priority: number;
  #count = 0;
  #last: Packed | undefined;
  #gone = false;
  #spilled = false;

  constructor(request: Asked, priority: number, answering: Answering) {
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

  /** The reply, where it was a single one, and all of it. */
  get only(): Packed | undefined {
    return this.#count === 1 && !this.#spilled ? this.#last : undefined;
  }

  /**
   * One value. At once where there is room: then there is nothing to wait for.
   *
   * @param more - whether others follow
   * @returns rejects with `EMSGSIZE` for one that is too large
   */
  send(body: Uint8Array, more: boolean): Promise<void> | undefined {
    if (this.#sendNow({ more }, body)) return undefined;
    return this.repeat(this.#last as Packed).catch(async (error: unknown) => {
      if (codeOf(error) !== 'EMSGSIZE') throw error;
      await this.#sendSpilled({ more }, body, error);
    });
  }

  get #notSpilling(): NotSpilling {
    if (!this.#answering.wire.spills) return 'nobody';
    return this.#request.spill === undefined ? 'host' : 'worker';
  }

  async #sendSpilled(header: Header, body: Uint8Array, cause: unknown): Promise<void> {
    const { replyTo = '', spill: asked } = this.#request;
    const spill = this.#answering.spill();
    // A host that does not say that it looks there would take the empty message for the reply.
    if (spill === undefined || asked === undefined) {
      throw unspilledError(replyTo, body.length, this.#notSpilling, cause);
    }
    this.#spilled = true;
    const spilled = await spill.write(asked.name, body);
    let taken = false;
    try {
      await this.#send({ ...header, spill: spilled }, NONE);
      taken = !this.#gone;
    } finally {
      if (!taken) spill.remove(spilled);
    }
  }

  /** That it failed, in as many words as fit. */
  async fail(told: ReplyError): Promise<void> {
    for (const { error, body } of lessAndLess(told)) {
      const header = { error, contentType: body.length > 0 ? JSON_TYPE : undefined };
      try {
        await this.#fail(header, body);
        return;
      } catch (problem) {
        if (!isTooLong(problem)) throw problem;
      }
    }
    this.#gone = true;
  }

  async #fail(header: Header, body: Uint8Array): Promise<void> {
    try {
      await this.#send(header, body);
    } catch (problem) {
      if (body.length === 0 || codeOf(problem) !== 'EMSGSIZE') throw problem;
      await this.#sendSpilled(header, body, problem);
    }
  }

  /** A reply of before, once more. */
  async repeat(reply: Packed): Promise<void> {
    const { queues, timeout, givenUp } = this.#answering;
    const { replyTo } = this.#request;
    if (replyTo === undefined || this.#gone || this.#trySend(replyTo, reply)) return;
    const isLate = givenUp.aborted;
    const taken = await queues.send(replyTo, reply, {
      priority: this.#priority,
      timeout: isLate ? Math.min(timeout, LAST_WORD) : timeout,
      signal: isLate ? undefined : givenUp,
    });
    if (taken) this.#count += 1;
    else this.#gone = true;
  }

  #trySend(replyTo: string, reply: Packed): boolean {
    if (!this.#answering.queues.trySend(replyTo, reply, this.#priority)) return false;
    this.#count += 1;
    return true;
  }

  /** False where it has to wait: for room, or until the queue is open. */
  #sendNow(header: Header, body: Uint8Array): boolean {
    const { id, replyTo, attempt } = this.#request;
    if (replyTo === undefined || this.#gone || id === undefined) return true;
    const { more, error, spill, contentType } = header;
    const { wire, by } = this.#answering;
    this.#last = wire.packReply({ id, more, attempt, error, by, spill, contentType }, body);
    return this.#trySend(replyTo, this.#last);
  }

  async #send(header: Header, body: Uint8Array): Promise<void> {
    if (!this.#sendNow(header, body)) await this.repeat(this.#last as Packed);
  }
}

const NONE = new Uint8Array(0);

function isTooLong(problem: unknown): boolean {
  if (problem instanceof EnvelopeError) return true;
  return codeOf(problem) === 'EMSGSIZE';
}
