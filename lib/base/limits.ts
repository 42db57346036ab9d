import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { MAX_PRIORITY } from './options.js';
import { resourceLimit } from './resource-limit.js';

/** What this system allows, see mq_overview(7) and getrlimit(2). */
export interface Limits {
  /** The largest `maxMessages` of a new queue: /proc/sys/fs/mqueue/msg_max. */
  readonly maxMessages: number;
  /** The largest `maxMessageSize` of a new queue, in bytes: /proc/sys/fs/mqueue/msgsize_max. */
  readonly maxMessageSize: number;
  /** `maxMessages` of a new queue that asks for none: /proc/sys/fs/mqueue/msg_default. */
  readonly defaultMessages: number;
  /** The same for `maxMessageSize`, in bytes: /proc/sys/fs/mqueue/msgsize_default. */
  readonly defaultMessageSize: number;
  /** How many queues there may be: /proc/sys/fs/mqueue/queues_max. */
  readonly maxQueues: number;
  /** Bytes that all queues of this user may take, RLIMIT_MSGQUEUE; `Infinity` for no limit. */
  readonly maxBytes: number;
  /** The highest priority of a message. */
  readonly maxPriority: number;
}

const FOLDER = '/proc/sys/fs/mqueue/';

function readNumber(file: string): number {
  return Number(readFileSync(FOLDER + file, 'utf8'));
}

/**
 * The limits of this system for new queues, as they are now. A process with CAP_SYS_RESOURCE may go
 * beyond the first two and `maxQueues`.
 *
 * @throws Error with code `ENOENT` where the kernel has no POSIX message queues
 */
export function limits(): Limits {
  return {
    maxMessages: readNumber('msg_max'),
    maxMessageSize: readNumber('msgsize_max'),
    defaultMessages: readNumber('msg_default'),
    defaultMessageSize: readNumber('msgsize_default'),
    maxQueues: readNumber('queues_max'),
    maxBytes: resourceLimit('Max msgqueue size').soft,
    maxPriority: MAX_PRIORITY,
  };
}

// What the kernel is built with, see mq_overview(7).
const BUILT_IN: Sizes = { maxMessages: 10, maxMessageSize: 8192 };

interface Sizes {
  maxMessages: number;
  maxMessageSize: number;
}

/** Undefined where /proc hides them, as some containers do: a queue can be opened all the same. */
function readableLimits(): Limits | undefined {
  try {
    return limits();
  } catch {
    return undefined;
  }
}

/**
 * The sizes of a queue that is created without any.
 *
 * @internal
 */
export function defaultSizes(): Sizes {
  const now = readableLimits();
  if (now === undefined) return { ...BUILT_IN };
  return {
    maxMessages: Math.min(now.defaultMessages, now.maxMessages),
    maxMessageSize: Math.min(now.defaultMessageSize, now.maxMessageSize),
  };
}

/**
 * Which limit a failed creation met; the errno alone does not tell. Undefined: none of them.
 *
 * @internal
 */
export function explainOpenFailure(
  errno: number,
  maxMessages: number,
  maxMessageSize: number,
): string | undefined {
  const { EINVAL, EMFILE, ENOSPC } = constants.errno;
  if (![-EINVAL, -EMFILE, -ENOSPC].includes(errno)) return undefined;
  const now = readableLimits();
  if (now === undefined) return undefined;
  if (errno === -EINVAL) {
    if (maxMessages > now.maxMessages) {
      return exceeded('maxMessages', maxMessages, now.maxMessages, 'msg_max');
    }
    if (maxMessageSize > now.maxMessageSize) {
      return exceeded('maxMessageSize', maxMessageSize, now.maxMessageSize, 'msgsize_max');
    }
  }
  if (errno === -EMFILE) {
    return (
      `either this process has no file descriptor left (ulimit -n), or the ` +
      `${maxMessages * maxMessageSize} bytes and more of this queue are too much for the ` +
      `${now.maxBytes} bytes that all queues of this user may take (RLIMIT_MSGQUEUE). Unlink ` +
      `queues, ask for fewer or smaller messages, or raise it with ulimit -q`
    );
  }
  if (errno === -ENOSPC) {
    return (
      `there are ${now.maxQueues} queues already, as many as ${FOLDER}queues_max allows. Unlink ` +
      `some, or as root raise it: sysctl fs.mqueue.queues_max=${now.maxQueues * 2}`
    );
  }
  return undefined;
}

function exceeded(option: string, value: number, limit: number, file: string): string {
  return (
    `${option} ${value} is over the limit of ${limit} in ${FOLDER}${file}. Ask for ${limit} or ` +
    `less, or as root raise it: sysctl fs.mqueue.${file}=${value}`
  );
}
