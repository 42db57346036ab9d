import type { NativeQueue } from '../../native/binding.js';
import { QueueSizes } from '../../native/sizes.js';
import { FixedLink } from './fixed-link.js';
import type { QueueLink } from './queue-link.js';
import { ReopeningLink } from './reopening-link.js';
import { ReopeningQueue } from './reopening.js';

/** An open queue, whether or not another one is opened in its place: who uses it need not know. */
export interface OpenedQueue {
  readonly native: NativeQueue;
  readonly sizes: QueueSizes;
  readonly link: QueueLink;
}

/** It stays the same. */
export function fixed(name: string, native: NativeQueue): OpenedQueue {
  return { native, sizes: new QueueSizes(name, native), link: new FixedLink(native) };
}

/**
 * Another one takes its place when its name was removed.
 *
 * @param readable - whether it is opened for receiving
 * @param open - opens the queue of that name: a negative errno when it cannot
 */
export function reopening(
  name: string,
  first: NativeQueue,
  readable: boolean,
  open: () => NativeQueue | number,
): OpenedQueue {
  const native = new ReopeningQueue(first, readable, open);
  const sizes = new QueueSizes(name, native);
  return { native, sizes, link: new ReopeningLink(native, sizes) };
}
