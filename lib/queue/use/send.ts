import { bytesOf, priorityOf, toBytes, type Bytes } from '../../base/bytes.js';
import { AbortError, closedError, seenHere, timeoutError } from '../../base/errors.js';
import { Message } from '../../base/message.js';
import { checkOptions, isPriority, type Checks } from '../../base/options.js';
import { Cancellation, isUnlimited, type WaitOptions } from './cancellation.js';
import type { QueueCore } from '../core.js';
import { waitChecks } from './receive.js';
import type { SendTicket } from '../line/send-line.js';
import { turn } from '../line/turn.js';

const SYSCALL = 'mq_timedsend';

/** The priority of what is sent. */
export interface PriorityOption {
  /**
   * 0 to 32767; the highest is received first.
   *
   * @defaultValue 0, or the priority of the `Message` that is sent
   */
  priority?: number | undefined;
}

/** How to send. */
export interface SendOptions extends PriorityOption, WaitOptions {}

const priorityChecks: Checks<PriorityOption> = { priority: isPriority };
const checks: Checks<SendOptions> = { ...priorityChecks, ...waitChecks };

export function trySend(core: QueueCore, data: Bytes | Message, given?: PriorityOption): boolean {
  const options = checkOptions('MessageQueue.trySend()', given, priorityChecks);
  const [bytes, priority] = prepare(core, data, options);
  return core.sends.trySend(bytes, priority);
}

export async function send(
  core: QueueCore,
  data: Bytes | Message,
  given?: SendOptions,
): Promise<void> {
  const options = checkOptions('MessageQueue.send()', given, checks);
  const { timeout, signal } = options;
  if (signal?.aborted === true) throw new AbortError(signal.reason, core.name);
  const [bytes, priority] = prepare(core, data, options);
  if (timeout === 0) return tryOnly(core, data, bytes, priority, options);
  if (core.sends.sendOne(bytes, priority)) return undefined;
  try {
    await standInLine(core, ownedBytes(data, bytes), priority, options);
  } catch (error) {
    throw seenHere(error as Error);
  }
  return undefined;
}

/** A try that is not followed by a wait, as soon as the event loop has had its turn. */
async function tryOnly(
  core: QueueCore,
  data: Bytes | Message,
  bytes: Uint8Array,
  priority: number,
  { signal }: SendOptions,
): Promise<void> {
  let own = bytes;
  if (!turn.open) {
    own = ownedBytes(data, bytes);
    await turn.opened();
    if (signal?.aborted === true) throw new AbortError(signal.reason, core.name);
    if (core.closed) throw closedError(core.name, SYSCALL);
  }
  if (!core.sends.trySend(own, priority)) throw timeoutError(core.name, SYSCALL, 0);
  turn.spend();
}

/** The caller may use its buffer again while the message waits. */
function ownedBytes(data: Bytes | Message, bytes: Uint8Array): Uint8Array {
  return typeof data === 'string' ? bytes : Buffer.from(bytes);
}

function prepare(
  core: QueueCore,
  data: Bytes | Message,
  options: PriorityOption,
): [bytes: Uint8Array, priority: number] {
  const [bytes, priority] = bytesAndPriority(data, options);
  if (core.closed) throw closedError(core.name, SYSCALL);
  core.checkSize(bytes);
  return [bytes, priority];
}

/** Of what is sent: a view of the bytes, not a copy. */
export function bytesAndPriority(
  data: Bytes | Message,
  options?: PriorityOption,
): [bytes: Uint8Array, priority: number] {
  const isMessage = data instanceof Message;
  const bytes = isMessage ? bytesOf(data) : toBytes(data);
  return [bytes, options?.priority ?? (isMessage ? priorityOf(data) : 0)];
}

function standInLine(
  core: QueueCore,
  bytes: Uint8Array,
  priority: number,
  options: WaitOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let cancellation: Cancellation | undefined;
    const ticket: SendTicket = {
      messages: [bytes, priority],
      settle(error) {
        cancellation?.disarm();
        if (error === null) resolve();
        else reject(error);
      },
    };
    if (!isUnlimited(options)) {
      cancellation = new Cancellation(core, SYSCALL, options, (error) => {
        core.sends.leave(ticket, error);
      });
    }
    core.sends.join(ticket);
  });
}
