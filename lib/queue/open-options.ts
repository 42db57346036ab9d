import { invalidValue } from '../base/errors.js';
import { integer, isBoolean, oneOf, type Check, type Checks } from '../base/options.js';
import { isMode } from './mode.js';
import { isTrustedOwner, type TrustedOwner } from './trusted-owner.js';
import type { WaitMode } from './wait/modes.js';

// The kernel's own ceilings, HARD_MSGMAX and HARD_MSGSIZEMAX of mq_overview(7).
const MOST_MESSAGES = 65_536;
const LARGEST_MESSAGE = 16_777_216;
const LONGEST_SPIN = 1_000_000;

/** How a queue waits, of whatever kind of opening. */
export interface WaitingOptions {
  /**
   * How to wait on an empty queue, or on a full one. `'worker'` blocks one thread of libuv's pool:
   * the kernel then serves the processes that wait in turn. `'loop'` watches the descriptor from the
   * event loop: any number of queues, but processes that compete for messages get uneven shares.
   * `'auto'` watches for up to 2 milliseconds where messages come that fast and no other process is
   * faster, then blocks a pool thread while the budget (half of `UV_THREADPOOL_SIZE`) has one, else it
   * goes on watching.
   *
   * @defaultValue `'auto'`
   */
  wait?: WaitMode | undefined;
  /**
   * Microseconds, up to 1,000,000, to try the queue again and again, between other work of the event
   * loop, before each wait. Cuts the latency of steady traffic, and keeps a processor busy meanwhile.
   * 0 never does.
   *
   * @defaultValue 50 (the first time 120), but only while messages come one upon the other: after 8 or more
   * without a wait between them, or after 8 waits of less than 300 microseconds; until it is in vain too often.
   * As long as it succeeds, or waits are that short, a receive that waits also tries for up to 20 microseconds in one
   * go first, and yields its processor to other processes meanwhile
   */
  busyPoll?: number | undefined;
}

/** How to open a queue of this name, and to create it. */
export interface CreateOptions extends WaitingOptions {
  /**
   * Creates the queue where there is none of this name.
   *
   * @defaultValue false
   */
  create?: boolean | undefined;
  /**
   * Fails with `EEXIST` where there is one already. Needs `create`.
   *
   * @defaultValue false
   */
  exclusive?: boolean | undefined;
  /**
   * Permissions of a created queue, less the process's umask: a number such as `0o660`, or a string of
   * octal digits such as `'0660'`.
   *
   * @defaultValue 0o600
   */
  mode?: number | string | undefined;
  /**
   * Gives a created queue exactly its `mode`, whatever the umask. Always so with `group`.
   *
   * @defaultValue false
   */
  exactMode?: boolean | undefined;
  /**
   * Group id of a created queue, see fchown(2): one that this process is in.
   *
   * @defaultValue the process's effective group
   */
  group?: number | undefined;
  /**
   * How many messages a created queue holds. An existing queue keeps its own, see `onMismatch`.
   *
   * @defaultValue the kernel's `msg_default`, at most `msg_max`
   */
  maxMessages?: number | undefined;
  /**
   * Bytes of the largest message of a created queue. An existing queue keeps its own, see `onMismatch`.
   *
   * @defaultValue the kernel's `msgsize_default`, at most `msgsize_max`
   */
  maxMessageSize?: number | undefined;
  /**
   * What to do where `create` finds a queue of other sizes than were asked for: use it as it is, fail with
   * `ERR_MQ_SIZES`, or unlink it, with the messages in it, and create another one.
   *
   * @defaultValue `'keep'`, with one process warning `MQ_SIZES`
   */
  onMismatch?: 'keep' | 'error' | 'recreate' | undefined;
  /**
   * Whose queue may be used where `create` finds one: of this process's effective user and of root, and
   * of the users in this list; or of `'any'`. Who owns a queue can read and withhold what is sent to
   * it, and anyone may be the first to create a name. Applies with `create` only.
   *
   * @defaultValue `[]`
   */
  trustedOwner?: TrustedOwner | undefined;
  /**
   * Goes on with the queue that has the name, or creates it again (with `create`), when the name was
   * unlinked. It is noticed before a send, and within 250 milliseconds while something waits; until
   * there is such a queue sends wait, and it is looked for every 10 milliseconds, then ever more rarely
   * up to every 250. What is left in the old queue is received first. Without it, sends go to a queue
   * that nobody can open any more.
   *
   * `'existing'` never creates it again: it waits until another program does.
   *
   * @defaultValue false
   */
  reopen?: boolean | 'existing' | undefined;
}

/** How to open a queue. */
export interface OpenOptions extends CreateOptions {
  /**
   * What the queue is opened for.
   *
   * @defaultValue `'readwrite'`
   */
  access?: 'readwrite' | 'read' | 'write' | undefined;
  /**
   * How many messages may be taken at once for listeners of `message`. More than 1 are taken in one call where
   * they are there, which is faster, and emitted one by one; those that follow the end of the listening are held
   * for the queue's next consumer. What is taken no longer competes with a message of higher priority that
   * comes later, and no other process gets it; a `process.exit()` within a listener takes it along.
   *
   * @defaultValue 0: one at a time
   */
  highWaterMark?: number | undefined;
}

const isReopen: Check = (argument, value) => {
  if (typeof value === 'boolean' || value === 'existing') return;
  throw invalidValue(argument, "true, false or 'existing'", value);
};

/** @internal */
export const createChecks: Checks<CreateOptions> = {
  create: isBoolean,
  exclusive: isBoolean,
  mode: isMode,
  exactMode: isBoolean,
  group: integer(0, 2 ** 32 - 2),
  maxMessages: integer(1, MOST_MESSAGES),
  maxMessageSize: integer(1, LARGEST_MESSAGE),
  wait: oneOf('auto', 'worker', 'loop'),
  busyPoll: integer(0, LONGEST_SPIN),
  onMismatch: oneOf('keep', 'error', 'recreate'),
  trustedOwner: isTrustedOwner,
  reopen: isReopen,
};

/** @internal */
export const openChecks: Checks<OpenOptions> = {
  ...createChecks,
  access: oneOf('readwrite', 'read', 'write'),
  highWaterMark: integer(0, Infinity),
};

/** @internal */
export function refuseUnusedExclusive({ create = false, exclusive = false }: CreateOptions): void {
  if (create || !exclusive) return;
  throw invalidValue('options.exclusive', 'used together with create: true', exclusive);
}
