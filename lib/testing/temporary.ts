import { randomBytes } from 'node:crypto';
import { MessageQueue } from '../queue.js';
import type { OpenOptions } from '../queue/open.js';
import { cleanup } from './cleanup.js';

/** How to open a temporary queue. It is always created, and exclusively. */
export type TemporaryOptions = Omit<OpenOptions, 'create' | 'exclusive'>;

// All queues of a user share 819,200 bytes by default, and tests run side by side.
const SMALL = { maxMessages: 4, maxMessageSize: 256 };

/** A name that no queue has: `/mq-test-`, the process id, and a random part. */
export function temporaryName(): string {
  return `/mq-test-${process.pid}-${randomBytes(6).toString('hex')}`;
}

/**
 * A new queue with an unused name, for 4 messages of 256 bytes unless the options say otherwise.
 *
 * It is closed and unlinked by mocha's hooks, so that child processes can open it by its name for
 * as long as the test runs: one made in a test or in a `beforeEach` after that test, one made in a
 * `before` at the end of all tests. Without mocha it is unlinked when the process exits.
 *
 * @throws as `MessageQueue.open`
 */
export function temporaryQueue(options: TemporaryOptions = {}): MessageQueue {
  const opening = { ...SMALL, ...options, create: true, exclusive: true };
  const queue = MessageQueue.open(temporaryName(), opening);
  cleanup.add(queue);
  return queue;
}
