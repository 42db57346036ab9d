import { MessageQueueError } from '../base/errors.js';
import { shownName } from '../base/names.js';
import type { NativeBinding } from './binding.js';

// As many as the header of a mailbox without messages has, see mailbox.ts.
const MAILBOX_BYTES = 8192;

/**
 * In the place of an addon that cannot be loaded: an import succeeds all the same, for what needs no queue
 * (types, codecs, MemoryTransport), and who opens one is told why there is none.
 *
 * @param reason - what loading it threw: its message says what to do
 */
export function standIn(reason: Error): NativeBinding {
  const mailbox = new ArrayBuffer(MAILBOX_BYTES);
  const refuse = (syscall: string, queue: string): never => {
    throw new MessageQueueError(reason.message, {
      code: 'ERR_MQ_UNSUPPORTED',
      syscall,
      queue,
      cause: reason,
    });
  };
  return {
    open: (name) => refuse('mq_open', shownName(name)),
    unlink: (name) => refuse('mq_unlink', shownName(name)),
    inbox: () => mailbox,
    outbox: () => mailbox,
    stop: () => [0, 0],
    pause: () => {},
    resume: () => {},
    loopBusy: () => 0,
    notifyWhenThreadFree: () => {},
    poolBudget: 0,
  };
}
