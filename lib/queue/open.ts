import { checkQueueName, shownName, type QueueName } from '../base/names.js';
import { checkOptions } from '../base/options.js';
import { QueueCore } from './core.js';
import { openChecks, refuseUnusedExclusive, type OpenOptions } from './open-options.js';
import { Opening } from './opening.js';
import { fixed, reopening } from './reopen/opened-queue.js';

/** @internal */
export function openQueue(where: string, name: QueueName, given?: OpenOptions): QueueCore {
  const key = checkQueueName(name);
  const options = checkOptions(where, given, openChecks);
  refuseUnusedExclusive(options);
  const opening = new Opening(key, options);
  const first = opening.open();
  const { access, wait = 'auto', busyPoll, reopen = false, highWaterMark = 0 } = options;
  const shown = shownName(key);
  const opened =
    reopen === false
      ? fixed(shown, first)
      : reopening(shown, first, access !== 'write', () => opening.again());
  const maySend = access !== 'read';
  const waiting = { wait, busyPoll };
  return new QueueCore(shown, opened, { key, opener: where, ...waiting, maySend, highWaterMark });
}
