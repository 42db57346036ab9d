import { noAddonError } from '../base/errors.js';
import { shownName } from '../base/names.js';
import type { NativeBinding } from './binding.js';

// As many as the header of a mailbox without messages has, see mailbox.ts.
const MAILBOX_BYTES = 8192;

/** What a queue begins with, or its name ends with. */
export type Beginnings = Pick<NativeBinding, 'open' | 'unlink'>;

/** In the place of an addon that is not loaded: what there is to do for it before a queue is open. */
export function standIn(beginnings: Beginnings): NativeBinding {
  const mailbox = new ArrayBuffer(MAILBOX_BYTES);
  return {
    ...beginnings,
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

/**
 * Who opens a queue is told why there is none.
 *
 * @param reason - what loading the addon threw: its message says what to do
 */
export function refusing(reason: Error): Beginnings {
  const refuse = (syscall: string, queue: string): never => {
    throw noAddonError(reason, syscall, queue);
  };
  return {
    open: (name) => refuse('mq_open', shownName(name)),
    unlink: (name) => refuse('mq_unlink', shownName(name)),
  };
}
