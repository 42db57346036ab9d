import { AbortError, closedError, seenHere, timeoutError } from '../../base/errors.js';
import type { Message } from '../../base/message.js';
import { checkOptions, isMilliseconds, isSignal, type Checks } from '../../base/options.js';
import { Cancellation, isUnlimited, type WaitOptions } from './cancellation.js';
import type { QueueCore } from '../core.js';
import type { Consumer } from '../line/consumer.js';
import { turn } from '../line/turn.js';

const SYSCALL = 'mq_timedreceive';

/** @internal */
export const waitChecks: Checks<WaitOptions> = { timeout: isMilliseconds, signal: isSignal };

/** Rejects as soon as it is given up: what comes later is held by the line. */
export async function receiveOne(
  core: QueueCore,
  where: string,
  given?: WaitOptions,
): Promise<Message> {
  const options = checked(core, where, given);
  if (options.timeout === 0) return tryOne(core, options);
  const message = core.receives.takeOne();
  if (message !== null) return message;
  const [first] = await standInLine(core, 1, options);
  return first as Message;
}

/** As `receiveOne`, for 1 to `max` messages. */
export async function receiveMany(
  core: QueueCore,
  where: string,
  max: number,
  given?: WaitOptions,
): Promise<Message[]> {
  const options = checked(core, where, given);
  if (options.timeout === 0) return tryMany(core, max, options);
  return core.receives.take(max) ?? (await standInLine(core, max, options));
}

function checked(core: QueueCore, where: string, given?: WaitOptions): WaitOptions {
  const options = checkOptions(where, given, waitChecks);
  refuseEnded(core, options);
  return options;
}

function refuseEnded(core: QueueCore, { signal }: WaitOptions): void {
  if (signal?.aborted === true) throw new AbortError(signal.reason, core.name);
  if (core.closed) throw closedError(core.name, SYSCALL);
}

async function tryOne(core: QueueCore, options: WaitOptions): Promise<Message> {
  if (!turn.open) await untilOpen(core, options);
  const message = core.receives.tryOne();
  if (message === null) throw timeoutError(core.name, SYSCALL, 0);
  turn.spend();
  return message;
}

async function tryMany(core: QueueCore, max: number, options: WaitOptions): Promise<Message[]> {
  if (!turn.open) await untilOpen(core, options);
  const messages = core.receives.tryMany(max);
  if (messages === null) throw timeoutError(core.name, SYSCALL, 0);
  turn.spend(messages.length);
  return messages;
}

/** A try that is not followed by a wait has to be made, as soon as the event loop has had its turn. */
async function untilOpen(core: QueueCore, options: WaitOptions): Promise<void> {
  await turn.opened();
  refuseEnded(core, options);
}

async function standInLine(core: QueueCore, max: number, options: WaitOptions): Promise<Message[]> {
  try {
    return await messagesOf(core, max, options);
  } catch (error) {
    throw seenHere(error as Error);
  }
}

function messagesOf(core: QueueCore, max: number, options: WaitOptions): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    let cancellation: Cancellation | undefined;
    const fail = (error: Error): void => {
      cancellation?.disarm();
      reject(error);
    };
    const consumer: Consumer = {
      want: max,
      deliver(messages) {
        cancellation?.disarm();
        resolve(messages);
      },
      ended() {
        fail(closedError(core.name, SYSCALL));
      },
      fail,
    };
    if (!isUnlimited(options)) {
      cancellation = new Cancellation(core, SYSCALL, options, (error) => {
        core.receives.leave(consumer);
        reject(error);
      });
    }
    core.receives.join(consumer);
  });
}
