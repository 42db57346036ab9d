import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel';

/** What every channel tells of an operation. A member is there as soon as it is known. */
export interface Operation {
  /** The name of the queue. */
  queue: string;
  /** 0 to 32767. */
  priority?: number | undefined;
  /** Bytes: of the message, or of the body where the message is an envelope. Never the bytes themselves. */
  size?: number | undefined;
  /** Why it failed. */
  error?: unknown;
  /**
   * For a subscriber of `start` to set: has the operation run inside of it, such as in a context of its own. It must
   * call what it is given once, at once, and return what that returns.
   */
  within?: (<T>(call: () => T) => T) | undefined;
}

/** Of `posix-mqueue:send`: a call of `send` of a MessageQueue. */
export interface SendOperation extends Operation {}

/** Of `posix-mqueue:receive`: a call of `receive`, `receiveMany` or `receiveFirst` of a MessageQueue. */
export interface ReceiveOperation extends Operation {
  /** How many messages came. `size` is of all of them, and `priority` of the first. */
  count?: number | undefined;
}

/** The trace that a message belongs to, as W3C Trace Context has it. */
export interface TraceContext {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}

/** Of `posix-mqueue:process`: the work of a Worker or an RpcWorker on one message, with its replies. */
export interface ProcessOperation extends Operation, TraceContext {
  /** How often it was sent or taken before: 0 the first time. */
  attempt: number;
  /** Which request it is to its host; of a raw message nobody knows. */
  id?: string | undefined;
  /** The route that the host named. */
  method?: string | undefined;
}

/**
 * Of `posix-mqueue:request`: what an RpcHost sends, until its last reply has come; a notification, until its queue
 * has it. What a subscriber of `start` sets `traceparent` and `tracestate` to goes with the request, where there
 * is room for it.
 */
export interface RequestOperation extends Operation, TraceContext {
  /** Whether nobody waits for a reply. */
  notification: boolean;
  /** How often it was sent again. */
  attempt: number;
  id?: string | undefined;
  method?: string | undefined;
}

// Held here for as long as the library is: a channel that nobody holds may be collected.

/** @internal */
export const sending: TracingChannel<undefined, SendOperation> =
  tracingChannel('posix-mqueue:send');
/** @internal */
export const receiving: TracingChannel<undefined, ReceiveOperation> =
  tracingChannel('posix-mqueue:receive');
/** @internal */
export const processing: TracingChannel<undefined, ProcessOperation> =
  tracingChannel('posix-mqueue:process');
/** @internal */
export const requesting: TracingChannel<undefined, RequestOperation> =
  tracingChannel('posix-mqueue:request');

/** Tells a channel of an operation. The result stays out of it: that may be the body of a message. */
export async function traced<C extends Operation, T>(
  channel: TracingChannel<undefined, C>,
  operation: C,
  call: () => Promise<T>,
): Promise<T> {
  let result: T | undefined;
  await channel.tracePromise(async () => {
    const { within } = operation;
    result = await (within === undefined ? call() : within(call));
  }, operation);
  return result as T;
}
