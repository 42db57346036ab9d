import type { AnyCodec } from '../codec/codec.js';
import type { Message } from '../base/message.js';
import { invalidType, invalidValue, outOfRange } from '../base/errors.js';
import {
  checkOptions,
  integer,
  isBoolean,
  isMilliseconds,
  isPriority,
  isSignal,
  required,
  type Check,
  type Checks,
} from '../base/options.js';
import type { WaitOptions } from '../queue/use/cancellation.js';
import type { AcknowledgeEvents } from '../service/acknowledge.js';
import { isName, peerChecks, type PeerOptions } from '../service/options.js';
import type { Patience } from './call.js';
import type { AnyBody } from './contract.js';
import type { EnvelopeError } from './envelope/envelope-error.js';
import { rules } from './envelope/members.js';
import { spillChecks, type SpillOptions } from './spill/options.js';

/** The events of an RpcHost. */
export interface RpcHostEvents extends AcknowledgeEvents {
  /** A message in its reply queue that is no reply. Counted too. */
  invalid: [message: Message, error: EnvelopeError];
  /** It is closed. */
  close: [];
}

/** The queue for the replies to one host. */
export interface ReplyQueueOptions {
  /**
   * How many replies it holds. It is small, because a user's queues have 819,200 bytes together by default.
   *
   * @defaultValue 4
   */
  maxMessages?: number | undefined;
  /**
   * Bytes of the largest reply.
   *
   * @defaultValue that of the request queue
   */
  maxMessageSize?: number | undefined;
}

/**
 * How to run a host. Where there is no request queue yet, it is made for 10 messages of 2,048 bytes, unless
 * `maxMessages` and `maxMessageSize` say otherwise.
 */
export interface RpcHostOptions<C extends AnyCodec = AnyBody> extends PeerOptions<C>, SpillOptions {
  /** The queue that it writes. */
  requests: string;
  /** The queue that it reads: made when it opens, under a random name, and removed when it closes. */
  replies?: ReplyQueueOptions | undefined;
  /**
   * Whether it goes on with the request queue that another program makes once this one has lost its name. Until then
   * requests wait.
   *
   * @defaultValue true
   */
  reopen?: boolean | undefined;
}

/** How to send a notification. */
export interface NotifyOptions extends WaitOptions {
  /** Which of the worker's handlers is meant. */
  method?: string | undefined;
  /**
   * 0 to 32767; workers receive the highest first.
   *
   * @defaultValue 0
   */
  priority?: number | undefined;
  /** What the handler is told besides: strings by name, in the header line of at most 1,024 bytes. */
  meta?: Readonly<Record<string, string>> | undefined;
}

/** How to send a request, and how long to wait for its reply. */
export interface RequestOptions extends NotifyOptions {
  /**
   * Milliseconds, from when the queues are open, until it fails with `ETIMEDOUT`, as it does where they take as long to be
   * opened. Workers drop a request that they take after that.
   *
   * @defaultValue 30000
   */
  timeout?: number | undefined;
  /**
   * Milliseconds without a reply, from when the queue has it, after which it is sent again, a bit later each time and
   * never after the timeout. It may be done twice then: see `deduplicate` of RpcWorker.
   *
   * @defaultValue `Infinity`; with `retries`, the timeout shared out among all attempts
   */
  attemptTimeout?: number | undefined;
  /**
   * How often it is sent again. After the last time it waits for the rest of the timeout.
   *
   * @defaultValue 0; with `attemptTimeout`, as often as the timeout allows
   */
  retries?: number | undefined;
}

/** How to send many requests. */
export interface RequestAllOptions extends RequestOptions {
  /**
   * How many requests are under way at one time.
   *
   * @defaultValue 1
   */
  concurrency?: number | undefined;
}

/** @internal */
export const isMeta: Check = (argument, value) => {
  const expected = 'an object of strings';
  if (typeof value !== 'object' || value === null) throw invalidType(argument, expected, value);
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== 'string') throw invalidType(`${argument}.${key}`, 'a string', each);
  }
};

const isMethod: Check = (argument, value) => {
  if (typeof value !== 'string') throw invalidType(argument, 'a string', value);
  const { pattern, most, expected } = rules.method;
  if (!pattern.test(value) || Buffer.byteLength(value) > most) {
    throw outOfRange(argument, expected, value);
  }
};

const repliesChecks: Checks<ReplyQueueOptions> = {
  maxMessages: peerChecks.maxMessages,
  maxMessageSize: peerChecks.maxMessageSize,
};

/** @internal */
export function checkReplies(given: ReplyQueueOptions | undefined): ReplyQueueOptions {
  return checkOptions("RpcHost, 'replies'", given, repliesChecks);
}

const isReplies: Check = (_, value) => {
  checkReplies(value as ReplyQueueOptions);
};

/** @internal */
export const rpcHostChecks: Checks<RpcHostOptions<AnyCodec>> = {
  ...peerChecks,
  ...spillChecks,
  requests: isName,
  replies: isReplies,
  reopen: isBoolean,
  [required]: ['requests'],
};
/** @internal */
export const notifyChecks: Checks<NotifyOptions> = {
  timeout: isMilliseconds,
  signal: isSignal,
  method: isMethod,
  priority: isPriority,
  meta: isMeta,
};
/** @internal */
export const requestChecks: Checks<RequestOptions> = {
  ...notifyChecks,
  attemptTimeout: isMilliseconds,
  retries: integer(0, Infinity),
};
/** @internal */
export const requestAllChecks: Checks<RequestAllOptions> = {
  ...requestChecks,
  concurrency: integer(1, 10_000),
};

const DEFAULT_TIMEOUT = 30_000;

/**
 * How long to wait for what.
 *
 * @throws TypeError for retries that nothing tells the time of
 * @internal
 */
export function patienceOf({
  timeout = DEFAULT_TIMEOUT,
  attemptTimeout,
  retries,
  signal,
}: RequestOptions): Patience {
  if (attemptTimeout !== undefined) {
    return { timeout, attemptTimeout, retries: retries ?? Infinity, signal };
  }
  if (retries === undefined || retries === 0) {
    return { timeout, attemptTimeout: Infinity, retries: 0, signal };
  }
  if (timeout === Infinity || retries === Infinity) {
    throw invalidValue('options.retries', 'used together with options.attemptTimeout', retries);
  }
  return { timeout, attemptTimeout: timeout / (retries + 1), retries, signal };
}
