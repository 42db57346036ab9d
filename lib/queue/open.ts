import { constants } from 'node:os';
import { checkQueueName, shownName, type QueueName } from '../base/names.js';
import { checkOptions } from '../base/options.js';
import type { NativeQueue } from '../native/binding.js';
import { QueueCore } from './core.js';
import { openChecks, refuseUnusedExclusive, type OpenOptions } from './open-options.js';
import { Opening } from './opening.js';
import { fixed, reopening } from './reopen/opened-queue.js';

/**
 * @param prepare - for each queue that has the name, before it is used; what it throws keeps that from being used
 * @internal
 */
export function openQueue(
  where: string,
  name: QueueName,
  given?: OpenOptions,
  prepare: (queue: NativeQueue) => void = () => undefined,
): QueueCore {
  const key = checkQueueName(name);
  const options = checkOptions(where, given, openChecks);
  refuseUnusedExclusive(options);
  const opening = new Opening(key, options);
  const first = prepared(opening.open(), prepare);
  const { access, wait = 'auto', busyPoll, reopen = false, highWaterMark = 0 } = options;
  const shown = shownName(key);
  const opened =
    reopen === false
      ? fixed(shown, first)
      : reopening(shown, first, access !== 'write', () => again(opening, prepare));
  const maySend = access !== 'read';
  const waiting = { wait, busyPoll };
  return new QueueCore(shown, opened, { key, opener: where, ...waiting, maySend, highWaterMark });
}

function prepared(queue: NativeQueue, prepare: (queue: NativeQueue) => void): NativeQueue {
  try {
    prepare(queue);
    return queue;
  } catch (error) {
    queue.close();
    throw error;
  }
}

/** As it is told of a queue that takes the place of another one: a negative errno for what failed. */
function again(opening: Opening, prepare: (queue: NativeQueue) => void): NativeQueue | number {
  const queue = opening.again();
  if (typeof queue === 'number') return queue;
  try {
    return prepared(queue, prepare);
  } catch (error) {
    return (error as { errno?: number }).errno ?? -constants.errno.EIO;
  }
}
