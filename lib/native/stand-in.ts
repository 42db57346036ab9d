import { constants } from 'node:os';
import { noAddonError } from '../base/errors.js';
import { shownName } from '../base/names.js';
import type { Facts, NativeBinding } from './binding.js';

const { EBADF, ENOSYS } = constants.errno;

// What only open queues need.
const NO_FACTS: Facts = {
  mailbox: { mostMessages: 0, taken: 0, outgrown: 0, slots: 0, headerBytes: 0, alignment: 1 },
  ways: { worker: 0, loop: 0, spin: 0 },
  patience: 0,
  longestTry: 0,
  mostSlots: 0,
};

/** What a queue begins with, or its name ends with, and what needs no queue. */
export type Beginnings = Pick<
  NativeBinding,
  'open' | 'unlink' | 'createLease' | 'adoptLease' | 'adoptGivenUp' | 'viewLease' | 'surveyLease'
>;

/** In the place of an addon that is not loaded: what there is to do for it before a queue is open. */
export function standIn(beginnings: Beginnings): NativeBinding {
  return {
    ...beginnings,
    facts: NO_FACTS,
    inbox: () => new ArrayBuffer(0),
    outbox: () => new ArrayBuffer(0),
    stop: () => [0, 0],
    pause: () => {},
    resume: () => {},
    loopBusy: () => 0,
    notifyWhenThreadFree: () => {},
    poolBudget: 0,
    heldSlots: () => [],
    givenUpSlots: () => [],
    freeGivenUpSlot: () => -EBADF,
    readSlot: () => -EBADF,
    beginSlot: () => -EBADF,
    giveUpSlot: () => -EBADF,
    freeSlot: () => -EBADF,
    closeLease: () => {},
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
    createLease: (path) => refuse('open', path),
    adoptLease: (path) => refuse('open', path),
    adoptGivenUp: (path) => refuse('open', path),
    viewLease: () => -ENOSYS,
    surveyLease: () => -ENOSYS,
  };
}
