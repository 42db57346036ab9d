import { checkQueueName, shownName } from '../../base/names.js';
import { openQueue } from '../open.js';
import type { QueueCore } from '../core.js';
import type { OpenOptions } from '../open-options.js';
import { Leases } from './leases.js';

/** A queue whose messages in hand outlive this process. */
export interface LeasedQueue {
  readonly core: QueueCore;
  readonly leases: Leases;
}

/**
 * Opens a queue to receive from it, each message kept until its work is done.
 *
 * @param slots - how many messages are in hand at most
 * @throws MessageQueueError as `openQueue`, and where there is no shared memory for it
 */
export function openLeased(
  where: string,
  name: string,
  options: OpenOptions,
  slots: number,
): LeasedQueue {
  const key = checkQueueName(name);
  const leases = new Leases(shownName(key), key, slots);
  try {
    const core = openQueue(where, name, options, (queue) => {
      leases.keep(queue);
    });
    leases.start(core);
    return { core, leases };
  } catch (error) {
    leases.close();
    throw error;
  }
}
