import { AbortError, closedError, timeoutError } from '../errors.js';
import type { Message } from '../message.js';
import { checkOptions, isMilliseconds, isSignal, type Checks } from '../options.js';
import { Cancellation, isUnlimited, type WaitOptions } from './cancellation.js';
import type { QueueCore } from './core.js';
import type { Ticket } from './receive-line.js';
import { turn } from './turn.js';

const SYSCALL = 'mq_timedreceive';

/** @internal */
export const waitChecks: Checks<WaitOptions> = { timeout: isMilliseconds, signal: isSignal };

/** 1 to `max` messages. Rejects as soon as it is given up: what comes later is kept by the line. */
export async function receive(
  core: QueueCore,
  where: string,
  max: number,
  given?: WaitOptions,
): Promise<Message[]> {
  const options = checkOptions(where, given, waitChecks);
  const { timeout, signal } = options;
  if (signal?.aborted === true) throw new AbortError(signal.reason, core.name);
  if (core.closed) throw closedError(core.name, SYSCALL);
  if (turn.open || timeout === 0) {
    const messages = core.receives.takeNow(max, timeout === 0);
    if (messages !== null) {
      turn.spend(messages.length);
      return messages;
    }
    if (timeout === 0) throw timeoutError(core.name, SYSCALL, 0);
  }
  return waitInLine(core, max, options);
}

function waitInLine(core: QueueCore, max: number, options: WaitOptions): Promise<Message[]> {
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
      cancellation = new Cancellation(core.name, SYSCALL, options, (error) => {
        core.receives.leave(ticket);
        reject(error);
      });
    }
    core.receives.join(ticket);
  });
}
