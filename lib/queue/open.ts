import { checkQueueName, shownName, type QueueName } from '../base/names.js';
import { checkOptions } from '../base/options.js';
import { QueueCore } from './core.js';
import { openChecks, refuseUnusedExclusive, type OpenOptions } from './open-options.js';
import { Opening } from './opening.js';
import { ReopeningQueue } from './reopen/reopening.js';

/** @internal */
export function openQueue(where: string, name: QueueName, given?: OpenOptions): QueueCore {
  const key = checkQueueName(name);
  const options = checkOptions(where, given, openChecks);
  refuseUnusedExclusive(options);
  const opening = new Opening(key, options);
  const opened = opening.open();
  const { access, wait = 'auto', busyPoll, reopen = false } = options;
  const how = { key, opener: where, wait, busyPoll, maySend: access !== 'read' };
  if (!reopen) return new QueueCore(shownName(key), opened, how);
  const reopening = new ReopeningQueue(opened, access !== 'write', () => opening.again());
  return new QueueCore(shownName(key), reopening, how);
}
