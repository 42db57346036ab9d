import { AbortError, closedError, seenHere, timeoutError } from '../../base/errors.js';
import type { Message } from '../../base/message.js';
import { checkOptions, isMilliseconds, isSignal, type Checks } from '../../base/options.js';
import { Cancellation, isUnlimited, type WaitOptions } from './cancellation.js';
import type { QueueCore } from '../core.js';
import type { Ticket } from '../line/receive-line.js';
import { turn } from '../line/turn.js';

const SYSCALL = 'mq_timedreceive';

/** @internal */
export const waitChecks: Checks<WaitOptions> = { timeout: isMilliseconds, signal: isSignal };

/** Rejects as soon as it is given up: what comes later is kept by the line. */
export async function receiveOne(
  core: QueueCore,
  where: string,
  given?: WaitOptions,
): Promise<Message> {
  const options = checked(core, where, given);
  const tries = turn.open || (options.timeout === 0 && (await untilOpen(core, options)));
  const message = tries ? core.receives.takeOne(options.timeout === 0) : null;
  if (message !== null) {
    turn.spend();
    return message;
  }
  try {
    const [first] = await waitInLine(core, 1, options, tries);
    return first as Message;
  } catch (error) {
    throw seenHere(error as Error);
  }
}

/** As `receiveOne`, for 1 to `max` messages. */
export async function receiveMany(
  core: QueueCore,
  where: string,
  max: number,
  given?: WaitOptions,
): Promise<Message[]> {
  const options = checked(core, where, given);
  const tries = turn.open || (options.timeout === 0 && (await untilOpen(core, options)));
  const messages = tries ? core.receives.takeNow(max, options.timeout === 0) : null;
  if (messages !== null) {
    turn.spend(messages.length);
    return messages;
  }
  try {
    return await waitInLine(core, max, options, tries);
  } catch (error) {
    throw seenHere(error as Error);
  }
}

function checked(core: QueueCore, where: string, given?: WaitOptions): WaitOptions {
  const options = checkOptions(where, given, waitChecks);
  if (options.signal?.aborted === true) throw new AbortError(options.signal.reason, core.name);
  if (core.closed) throw closedError(core.name, SYSCALL);
  return options;
}

/** A try that is not followed by a wait has to be made, as soon as the event loop has had its turn. */
async function untilOpen(core: QueueCore, { signal }: WaitOptions): Promise<true> {
  await turn.opened();
  if (signal?.aborted === true) throw new AbortError(signal.reason, core.name);
  if (core.closed) throw closedError(core.name, SYSCALL);
  return true;
}

function waitInLine(
  core: QueueCore,
  max: number,
  options: WaitOptions,
  tried: boolean,
): Promise<Message[]> {
  if (options.timeout === 0) return Promise.reject(timeoutError(core.name, SYSCALL, 0));
  return new Promise((resolve, reject) => {
    let cancellation: Cancellation | undefined;
    const ticket: Ticket = {
      want: max,
      deliver(messages) {
        cancellation?.disarm();
        resolve(messages);
      },
      fail(error) {
        cancellation?.disarm();
        reject(error);
      },
    };
    if (!isUnlimited(options)) {
      cancellation = new Cancellation(core, SYSCALL, options, (error) => {
        core.receives.leave(ticket);
        reject(error);
      });
    }
    core.receives.join(ticket, tried);
  });
}
