import { constants } from 'node:os';
import { errnoName } from './errno-name.js';
import { MessageQueueError, reasonable, withCode, type ErrorDetails } from './error-classes.js';
import { remedyFor } from './remedies.js';

/**
 * A system call failed.
 *
 * @param errno - negative
 * @param context - what is known about this case beyond the errno
 * @internal
 */
export function systemError(
  errno: number,
  syscall: string,
  queue: string | undefined,
  context?: string,
): MessageQueueError {
  const code = errnoName(errno);
  const subject = queue === undefined ? syscall : `${syscall} of queue '${queue}'`;
  const explanation = context ?? remedyFor(code, syscall);
  return new MessageQueueError(`${subject} failed with ${code}: ${explanation}`, {
    code,
    errno,
    syscall,
    queue,
  });
}

/** @internal */
export function closedError(queue: string, syscall?: string): MessageQueueError {
  return new MessageQueueError(`Queue '${queue}' is closed. Open it again`, {
    code: 'ERR_MQ_CLOSED',
    errno: -constants.errno.EBADF,
    syscall,
    queue,
  });
}

/** What there was no time for. */
const unmet: Readonly<Record<string, string>> = {
  mq_open: 'could not be opened',
  mq_timedsend: 'had no room for a message',
};

/** @internal */
export function timeoutError(
  queue: string,
  syscall: string,
  milliseconds: number,
): MessageQueueError {
  const state = unmet[syscall] ?? 'brought no message';
  return new MessageQueueError(
    `Queue '${queue}' ${state} within ${milliseconds} ms. Try again, or give a longer timeout`,
    { code: 'ETIMEDOUT', errno: -constants.errno.ETIMEDOUT, syscall, queue },
  );
}

/**
 * @param given - `cause`, where something was thrown underneath
 * @internal
 */
export function encodeError(
  queue: string,
  problem: string,
  ...given: [cause?: unknown]
): MessageQueueError {
  const details: ErrorDetails = { code: 'ERR_MQ_ENCODE', syscall: 'mq_timedsend', queue };
  if (given.length > 0) details.cause = given[0];
  return new MessageQueueError(
    `A value for queue '${queue}' could not be encoded: ${problem}. Nothing was sent of it`,
    details,
  );
}

/** @internal */
export function tooLargeError(queue: string, size: number, limit: number): MessageQueueError {
  return new MessageQueueError(
    `A message of ${size} bytes is too large for queue '${queue}', whose maxMessageSize is ` +
      `${limit}. Send less, or create the queue with a larger maxMessageSize`,
    { code: 'EMSGSIZE', errno: -constants.errno.EMSGSIZE, syscall: 'mq_timedsend', queue },
  );
}

/** @internal */
export function threadPoolError(
  errno: number,
  syscall: string,
  queue: string,
  budget: number,
): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' cannot wait on a pool thread: ${budget} of them may be blocked ` +
      `at one time, half of UV_THREADPOOL_SIZE, and all are. Use wait: 'auto' or 'loop', or start ` +
      `the process with a larger UV_THREADPOOL_SIZE`,
    { code: 'ERR_MQ_THREAD_POOL', errno, syscall, queue },
  );
}

/** @internal */
export function unrefError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' waits on a pool thread, which always keeps the process alive. Open ` +
      `it with wait: 'auto' or 'loop' to use unref()`,
    { code: 'ERR_MQ_UNREF', queue },
  );
}

/** @internal */
export function untrustedError(queue: string, owner: number): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' exists already and belongs to user ${owner}, who could read or withhold what ` +
      `is sent to it. If that is intended, open it with trustedOwner: [${owner}], or 'any'; else ` +
      `choose another name, or have root unlink it`,
    {
      code: 'ERR_MQ_UNTRUSTED_OWNER',
      errno: -constants.errno.EPERM,
      syscall: 'mq_open',
      queue,
    },
  );
}

/** How many messages, and of how many bytes. */
interface Sizes {
  readonly maxMessages?: number | undefined;
  readonly maxMessageSize?: number | undefined;
}

function shownSizes(sizes: Sizes): string {
  const shown = (['maxMessages', 'maxMessageSize'] as const)
    .filter((name) => sizes[name] !== undefined)
    .map((name) => `${name} ${sizes[name]}`);
  return shown.join(' and ');
}

/**
 * For a queue of other sizes than were asked for.
 *
 * @param asked - only what was asked for
 * @internal
 */
export function sizesError(queue: string, has: Sizes, asked: Sizes): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' exists with ${shownSizes(has)}, and keeps them. Asked for: ${shownSizes(asked)}. ` +
      `Ask for what it has, unlink it first (the messages in it are gone then), or say what to do with ` +
      `onMismatch: 'keep', 'error' or 'recreate'`,
    { code: 'ERR_MQ_SIZES', syscall: 'mq_open', queue },
  );
}

/** @internal */
export function absentError(queue: string, milliseconds: number): MessageQueueError {
  return new MessageQueueError(
    `There was no queue '${queue}' within ${milliseconds} ms. See that its creator runs, and in the ` +
      `same IPC namespace; or give a longer timeout`,
    { code: 'ETIMEDOUT', errno: -constants.errno.ETIMEDOUT, syscall: 'mq_open', queue },
  );
}

/** @internal */
export function overflowError(queue: string, maxBuffered: number): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' is full and ${maxBuffered} values wait for it already, as many as maxBuffered ` +
      `allows. Produce more slowly, raise maxBuffered, or give overflow: 'drop'`,
    { code: 'ENOBUFS', errno: -constants.errno.ENOBUFS, syscall: 'mq_timedsend', queue },
  );
}

/** @internal */
export function destroyedError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `A stream was destroyed before queue '${queue}' had taken all that was written. Call end() and ` +
      `wait for 'finish' to have it all sent`,
    { code: 'ERR_STREAM_DESTROYED', syscall: 'mq_timedsend', queue },
  );
}

/**
 * For a method of Node's streams that would make chunks of what are not the messages that were received.
 *
 * @internal
 */
export function notOnMessages(
  method: 'setEncoding' | 'unshift',
  remedy: string,
): MessageQueueError {
  return new MessageQueueError(`${method}() does not work on a stream of messages: ${remedy}`, {
    code: 'ERR_MQ_UNSUPPORTED',
  });
}

/**
 * The bytes of a POSIX message are all that it has besides its priority, see mq_send(3).
 *
 * @internal
 */
export function carriesNoneError(queue: string, property: string): MessageQueueError {
  return new MessageQueueError(
    `Queue '${queue}' cannot carry a ${property}: its messages are bytes and a priority. Put it ` +
      `into the message itself`,
    { code: 'ERR_MQ_UNSUPPORTED', syscall: 'mq_timedsend', queue },
  );
}

/**
 * For a response that found another queue where its own had been.
 *
 * @internal
 */
export function replacedError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `The host that asked is gone: queue '${queue}' was unlinked and made again after the request ` +
      `had been taken. Nothing was sent to the host that has it now`,
    { code: 'ERR_MQ_REPLACED', syscall: 'mq_timedsend', queue },
  );
}

/**
 * For a host whose send found no room while nobody read responses.
 *
 * @internal
 */
export function unreadError(
  { requests, responses }: { readonly requests: string; readonly responses: string },
  timeout: number,
  unread: number,
): MessageQueueError {
  const responsesWait = unread === 1 ? '1 response waits' : `${unread} responses wait`;
  return new MessageQueueError(
    `Queue '${requests}' had no room for a message within ${timeout} ms, while ${responsesWait} ` +
      `unread in queue '${responses}': a worker that finds no room there takes no request. Read the ` +
      `responses while you send, by receive() or responses$`,
    {
      code: 'ETIMEDOUT',
      errno: -constants.errno.ETIMEDOUT,
      syscall: 'mq_timedsend',
      queue: requests,
    },
  );
}

/** @internal */
export function listError(reason: 'platform' | 'mount'): MessageQueueError {
  if (reason === 'platform') {
    return new MessageQueueError(
      `The queues cannot be listed: they are those of Linux, and this is ${process.platform}`,
      { code: 'ERR_MQ_UNSUPPORTED' },
    );
  }
  return new MessageQueueError(
    'The queues cannot be listed: the mqueue file system is not mounted. As root: ' +
      'mkdir -p /dev/mqueue && mount -t mqueue none /dev/mqueue',
    { code: 'ERR_MQ_NOT_MOUNTED' },
  );
}

/**
 * Why the addon cannot be loaded.
 *
 * @param problem - what follows the package's name
 * @internal
 */
export function addonError(problem: string, remedy: string): Error & { code: string } {
  const text = `posix-mqueue ${problem}. ${remedy}`;
  return withCode(new Error(text), { code: 'ERR_MQ_UNSUPPORTED' });
}

/**
 * For who opens a queue without an addon.
 *
 * @param reason - why there is none
 * @internal
 */
export function noAddonError(reason: Error, syscall: string, queue: string): MessageQueueError {
  const details = { code: 'ERR_MQ_UNSUPPORTED', syscall, queue, cause: reason };
  return new MessageQueueError(reason.message, details);
}

/**
 * For a test that makes a queue without an addon.
 *
 * @param error - that of `noAddonError`
 * @internal
 */
export function noTemporaryQueueError(error: MessageQueueError): MessageQueueError {
  const { syscall, queue } = error;
  const text =
    `${error.message} Tests of Host and Worker, or of RpcHost and RpcWorker, run here too with the transport 'new ` +
    `MemoryTransport()' of posix-mqueue/testing`;
  const details = { code: 'ERR_MQ_UNSUPPORTED', syscall, queue, cause: error.cause };
  return new MessageQueueError(text, details);
}

/**
 * Why a worker that is closed waits for a request no longer.
 *
 * @internal
 */
export function gaveUpReason(milliseconds: number): Error {
  return reasonable(new Error(`the worker was closed, and waited ${milliseconds} ms for it`));
}

/**
 * Why the work on a request is for nobody any more.
 *
 * @internal
 */
export function expiredReason(): Error {
  return reasonable(new Error('the deadline of the request has passed'));
}

/**
 * For a request that nobody has answered.
 *
 * @param attempts - how often it was sent
 * @internal
 */
export function noReplyError(
  queue: string,
  milliseconds: number,
  attempts: number,
): MessageQueueError {
  const times = attempts === 1 ? 'once' : `${attempts} times`;
  return new MessageQueueError(
    `A request was sent ${times} through queue '${queue}', and had no reply within ${milliseconds} ms. See ` +
      `that a worker runs and is not too busy, or give a longer timeout`,
    { code: 'ETIMEDOUT', errno: -constants.errno.ETIMEDOUT, syscall: 'mq_timedreceive', queue },
  );
}

/** @internal */
export function hostClosedError(queue: string): MessageQueueError {
  return new MessageQueueError(
    `The host of queue '${queue}' is closed, and hears of no reply any more. Make another RpcHost`,
    { code: 'ERR_MQ_CLOSED', errno: -constants.errno.EBADF, queue },
  );
}
