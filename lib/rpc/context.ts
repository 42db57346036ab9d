import { AbortListener } from '../base/abort-listener.js';
import { expiredReason } from '../base/errors.js';
import { LONGEST_TIMER } from '../base/options.js';
import { clearTimeout, monotonic, setTimeout } from '../base/timers.js';
import type { Request } from './envelope/request.js';

/** What a handler is told besides the value. */
export interface RpcContext {
  /** What the host calls the request: no other one of that host has it. Undefined where it was given none. */
  readonly id: string | undefined;
  /** Whether nobody waits for a reply. */
  readonly notification: boolean;
  /** The route that the host named. */
  readonly method: string | undefined;
  /** How often the request was sent or taken before, as far as is known: 0 the first time. */
  readonly attempt: number;
  /** After it nobody waits for the reply: in milliseconds of CLOCK_MONOTONIC, as `process.hrtime()` has it. */
  readonly deadline: number | undefined;
  /** What the application of the host added. */
  readonly meta: Readonly<Record<string, string>>;
  /** What the body is, as in HTTP, where the host says so. */
  readonly contentType: string | undefined;
  /** 0 to 32767, that of the message. */
  readonly priority: number;
  /** Aborted when the deadline has passed, or when the worker was closed and its timeout is over. */
  readonly signal: AbortSignal;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** The one of a request. A signal is made where it is asked for: that takes longer than the rest. */
export class Context implements RpcContext {
  readonly id: string | undefined;
  readonly notification: boolean;
  readonly method: string | undefined;
  readonly attempt: number;
  readonly deadline: number | undefined;
  readonly meta: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly priority: number;
  readonly #givenUp: AbortSignal;
  #controller: AbortController | undefined;
  #listener: AbortListener | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param died - how many receivers have died with it in hand */
  constructor(request: Request, priority: number, died: number, givenUp: AbortSignal) {
    this.id = request.id;
    this.notification = request.replyTo === undefined;
    this.method = request.method;
    this.attempt = request.attempt + died;
    this.deadline = request.deadline;
    this.meta = request.meta ?? NONE;
    this.contentType = request.contentType;
    this.priority = priority;
    this.#givenUp = givenUp;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#makeController();
    return this.#controller.signal;
  }

  /** It is over: nothing is left behind at the worker's own signal. */
  end(): void {
    clearTimeout(this.#timer);
    this.#listener?.remove();
  }

  #makeController(): AbortController {
    const controller = new AbortController();
    const giveUp = (): void => {
      controller.abort(this.#givenUp.reason);
    };
    if (this.#givenUp.aborted) giveUp();
    else this.#listener = new AbortListener(this.#givenUp, giveUp);
    if (this.deadline !== undefined) {
      const left = Math.max(0, Math.ceil(this.deadline - monotonic()));
      // Nobody can wait for weeks: then it is looked at by the host alone.
      if (left <= LONGEST_TIMER) {
        this.#timer = setTimeout(() => {
          controller.abort(expiredReason());
        }, left);
      }
    }
    return controller;
  }
}

/** Whether nobody waits for it any more. */
export function isExpired({ deadline }: Request): boolean {
  return deadline !== undefined && deadline < monotonic();
}
