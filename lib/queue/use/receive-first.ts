import { AbortError, closedError, seenHere, timeoutError } from '../../base/errors.js';
import type { Message } from '../../base/message.js';
import { checkOptions } from '../../base/options.js';
import { Cancellation, isUnlimited, type WaitOptions } from './cancellation.js';
import type { QueueCore } from '../core.js';
import { waitChecks } from './receive.js';
import type { Consumer } from '../line/consumer.js';
import { turn } from '../line/turn.js';

const SYSCALL = 'mq_timedreceive';
const WHERE = 'MessageQueue.receiveFirst()';

/** One message, and the number of the queue that it is from. */
export type FirstMessage = [index: number, message: Message];

/**
 * The first message of several queues. Stands in all their lines at one time, and leaves all of them with
 * the first message, so that none is taken from another.
 */
export async function receiveFirst(
  cores: readonly QueueCore[],
  given?: WaitOptions,
): Promise<FirstMessage> {
  const options = checkOptions(WHERE, given, waitChecks);
  const { timeout, signal } = options;
  const names = cores.map(({ name }) => name).join(', ');
  await turn.opened();
  if (signal?.aborted === true) throw new AbortError(signal.reason, names);
  for (const [index, core] of cores.entries()) {
    if (core.closed) throw closedError(core.name, SYSCALL);
    const message = timeout === 0 ? core.receives.tryOne() : core.receives.takeOne();
    if (message === null) continue;
    if (timeout === 0) turn.spend();
    return [index, message];
  }
  if (timeout === 0) throw timeoutError(names, SYSCALL, 0);
  try {
    return await standInAll(cores, names, options);
  } catch (error) {
    throw seenHere(error as Error);
  }
}

function standInAll(
  cores: readonly QueueCore[],
  names: string,
  options: WaitOptions,
): Promise<FirstMessage> {
  return new Promise((resolve, reject) => {
    let over = false;
    let cancellation: Cancellation | undefined;
    const end = (): void => {
      over = true;
      cancellation?.disarm();
      for (const [index, core] of cores.entries()) {
        core.receives.leave(consumers[index] as Consumer);
      }
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const consumers = cores.map(({ name }, index): Consumer => ({
      want: 1,
      deliver: ([message]) => {
        end();
        resolve([index, message as Message]);
      },
      ended: () => {
        fail(closedError(name, SYSCALL));
      },
      fail,
    }));
    if (!isUnlimited(options)) {
      const { timers } = cores[0] as QueueCore;
      cancellation = new Cancellation({ name: names, timers }, SYSCALL, options, fail);
    }
    for (const [index, core] of cores.entries()) {
      // A queue whose wait is refused fails its consumer at once.
      if (!over) core.receives.join(consumers[index] as Consumer);
    }
  });
}
