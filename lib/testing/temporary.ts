import { randomBytes } from 'node:crypto';
import { MessageQueueError, noTemporaryQueueError } from '../base/errors.js';
import { MessageQueue } from '../message-queue/message-queue.js';
import type { OpenOptions } from '../queue/open-options.js';
import { cleanup } from './cleanup.js';
import { prefixOf } from './left-behind.js';
import { registerAgain } from './register.js';

/** How to open a temporary queue. It is always created, and exclusively. */
export type TemporaryOptions = Omit<OpenOptions, 'create' | 'exclusive'>;

// All queues of a user share 819,200 bytes by default, and tests run side by side.
const SMALL = { maxMessages: 4, maxMessageSize: 256 };

/**
 * A name that no queue has: `/mq-test-`, the process id, and a random part. Whatever is created by that
 * name is unlinked when a queue of {@link temporaryQueue} would be.
 */
export function temporaryName(): string {
  const name = prefixOf(process.pid) + randomBytes(6).toString('hex');
  cleanup.add(name);
  registerAgain(name);
  return name;
}

/**
 * A new queue with an unused name, for 4 messages of 256 bytes unless the options say otherwise.
 *
 * The hooks of mocha, node:test, jest or vitest close and unlink it, so that child processes can open it by
 * its name for as long as the test runs: one made in a test or in a `beforeEach` after that test, one made
 * before at the end of the file or of the run. `await using` does both at the end of its block. For another
 * runner see {@link removeTemporaryQueues}. What no hook removed is unlinked when the process exits, or, if
 * that was killed, when this module is loaded the next time.
 *
 * @throws as `MessageQueue.open`; where this package has no native addon, which is so off Linux, the error names MemoryTransport
 */
export function temporaryQueue(options: TemporaryOptions = {}): MessageQueue {
  const opening = { ...SMALL, ...options, create: true, exclusive: true };
  const name = temporaryName();
  const queue = open(name, opening);
  cleanup.add(name, queue);
  const close = (): Promise<void> => MessageQueue.prototype[Symbol.asyncDispose].call(queue);
  Object.defineProperty(queue, Symbol.asyncDispose, {
    configurable: true,
    value: () => cleanup.remove(name, close),
  });
  return queue;
}

function open(name: string, options: OpenOptions): MessageQueue {
  try {
    return MessageQueue.open(name, options);
  } catch (error) {
    const hasNoAddon = error instanceof MessageQueueError && error.code === 'ERR_MQ_UNSUPPORTED';
    throw hasNoAddon ? noTemporaryQueueError(error) : error;
  }
}

/**
 * Closes and unlinks all temporary queues that were made so far, for runners that have no hooks of their own
 * or hide them: call it after each test, as in `afterEach(removeTemporaryQueues)`.
 */
export function removeTemporaryQueues(): Promise<void> {
  return cleanup.endRun();
}
