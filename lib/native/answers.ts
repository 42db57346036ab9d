import { constants } from 'node:os';

const { EAGAIN, EBUSY, ECANCELED, EFAULT, EINPROGRESS, ENOSYS, ETIMEDOUT } = constants.errno;

// What the addon answers with. A call answers with a count, or with one of these, or with another negative errno,
// which is a failure.

/** A wait has begun: its end will be told. */
export const BEGUN = 0;
/** A wait has begun that needs no thread, nor will it: its queue has no name, and nothing to wait for yet. */
export const PARKED = 1;
/** No message is there, or no room. At the end of a wait: another process was faster. */
export const NOTHING: number = -EAGAIN;
/** The time of a wait is over. */
export const TIME_OVER: number = -ETIMEDOUT;
/** A wait was cancelled, and brought nothing. Of one that was to begin: the process is ending. */
export const CANCELLED: number = -ECANCELED;
/** What was cancelled is on its way: its end will be told. */
export const ON_ITS_WAY: number = -EINPROGRESS;
/** As many pool threads are blocked as may be. */
export const NO_FREE_THREAD: number = -EBUSY;
/** No thread may be blocked, because none could be woken: every real-time signal is in use. */
export const NO_SIGNAL: number = -ENOSYS;
/** Bytes that cannot be read, because their memory was given to another thread. */
export const UNREADABLE: number = -EFAULT;
