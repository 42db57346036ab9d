import { constants } from 'node:os';
import { brand } from './brand.js';
import type { Message } from './message.js';

/** The facts of a {@link MessageQueueError}. */
export interface ErrorDetails {
  /** A system error name such as `ETIMEDOUT`, or a code that begins with `ERR_MQ_`. */
  code: string;
  /** The system error number, negative as in Node. */
  errno?: number | undefined;
  /** The system call that failed, or that the failed call stands for. */
  syscall?: string | undefined;
  /** The name of the queue. */
  queue?: string | undefined;
  /** What was thrown underneath. */
  cause?: unknown;
}

const { EBADMSG, EBUSY, ECANCELED, EINVAL, EIO, ENODEV, EOPNOTSUPP, ESTALE } = constants.errno;

/** The system's number that is nearest to a failure which the system did not report itself. */
const nearest: Readonly<Record<string, number>> = {
  ERR_MQ_BROKER: -EIO,
  ERR_MQ_ENCODE: -EINVAL,
  ERR_MQ_ENVELOPE: -EBADMSG,
  ERR_MQ_INVALID_MESSAGE: -EBADMSG,
  ERR_MQ_NOT_MOUNTED: -ENODEV,
  ERR_MQ_SPILL: -EBADMSG,
  ERR_MQ_REPLACED: -ESTALE,
  ERR_MQ_THREAD_POOL: -EBUSY,
  ERR_MQ_UNREF: -EOPNOTSUPP,
  ERR_MQ_UNSUPPORTED: -EOPNOTSUPP,
  ERR_STREAM_DESTROYED: -ECANCELED,
};

/** A queue operation failed. Its message says what to do about it. */
export class MessageQueueError extends Error {
  override readonly name: string = 'MessageQueueError';
  /** A system error name such as `ETIMEDOUT`, or a code that begins with `ERR_MQ_`. */
  readonly code: string;
  /** The system error number, negative as in Node; see errno(3). */
  declare readonly errno?: number;
  /** The system call that failed, or that the failed call stands for. */
  declare readonly syscall?: string;
  /** The name of the queue. */
  declare readonly queue?: string;
  /** Of a batch that failed half-way: how many of its messages the kernel took. */
  declare sent?: number;

  constructor(message: string, details: ErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = details.code;
    const errno = details.errno ?? nearest[details.code];
    if (errno !== undefined) this.errno = errno;
    if (details.syscall !== undefined) this.syscall = details.syscall;
    if (details.queue !== undefined) this.queue = details.queue;
  }

  static {
    brand(this);
  }
}

/** A codec could not decode a message. `cause` is what the codec threw. */
export class InvalidMessageError extends MessageQueueError {
  override readonly name = 'InvalidMessageError';
  /** The message as it was taken: it is in no queue any more. */
  readonly received: Message;

  constructor(received: Message, queue: string, cause: unknown) {
    super(
      `The codec could not decode a message of ${received.data.length} bytes from queue ` +
        `'${queue}' (see cause). The message is in this error's 'received'; give onInvalid a ` +
        `function to go on after such messages`,
      { code: 'ERR_MQ_INVALID_MESSAGE', syscall: 'mq_timedreceive', queue, cause },
    );
    this.received = received;
  }

  static {
    brand(this);
  }
}

/** A wait was ended by its AbortSignal. `cause` is the signal's reason, as in Node itself. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  readonly code = 'ABORT_ERR';
  /** `-ECANCELED`; see errno(3). */
  readonly errno: number = -ECANCELED;
  /** The name of the queue. */
  declare readonly queue?: string;
  /** Of a batch that was aborted half-way: how many of its messages the kernel took. */
  declare sent?: number;

  constructor(reason: unknown, queue?: string) {
    super('The operation was aborted', { cause: reason });
    if (queue !== undefined) this.queue = queue;
  }

  static {
    brand(this);
  }
}

/**
 * An error that a timer, a signal or the addon brought has nothing of the caller in its stack. Called in an
 * async function, after the `await` that brought the error, this puts those who await it there.
 *
 * @internal
 */
export function seenHere<E extends Error>(error: E): E {
  Error.captureStackTrace(error, seenHere);
  return error;
}

/** @internal */
export function withCode<E extends Error, C extends object>(error: E, details: C): E & C {
  return Object.assign(error, details);
}

const reasons = new WeakSet<object>();

/**
 * Marks an error whose text quotes nothing of a message, so that other errors may repeat it.
 *
 * @internal
 */
export function reasonable<E extends Error>(error: E): E {
  reasons.add(error);
  return error;
}

/**
 * The text of an error that this library made, which quotes nothing of a message. Undefined for any
 * other: what a codec or a handler of the user throws may quote it, and warnings end in logs.
 *
 * @internal
 */
export function ownText(error: unknown): string | undefined {
  const isOwn =
    error instanceof MessageQueueError ||
    error instanceof AbortError ||
    reasons.has(error as Error);
  return isOwn ? (error as Error).message : undefined;
}

/**
 * Why encoding failed, without anything of the value.
 *
 * @internal
 */
export function reasonOf(error: unknown): string {
  return ownText(error) ?? 'the codec threw (see cause)';
}
