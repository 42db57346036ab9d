import type { Message } from '../base/message.js';

/** The events of a MessageQueue. */
export interface MessageQueueEvents {
  /** One message. Taken from the queue only while there are listeners, and it is not paused. */
  message: [message: Message];
  /**
   * There is a message, and none was taken for this: the use of mq_notify(3), for any number of listeners and
   * processes. Told when a listener is added, and after each change of the queue as long as there is one:
   * at least once for each message that comes and is not taken at once, perhaps more often.
   */
  readable: [];
  /** There is room again, after a `trySend` that was false, or a full queue when the listener was added. */
  writable: [];
  /**
   * There is no message, perhaps because one that came was taken at once. Told when a listener is added, and after each
   * change of the queue that leaves none. What this object or others hold is not looked at.
   */
  empty: [];
  /** Taking messages for the listeners failed. The queue is paused: `resume()` tries again. */
  error: [error: Error];
  /**
   * The queue's name was removed: who opens the name gets another queue or none. Told within 250
   * milliseconds where there is a listener; with `reopen: true` when it is noticed.
   */
  unlinked: [];
  /** With `reopen: true`: the queue of that name is in use now. Its sizes may be others. */
  reopened: [];
  /** The queue was closed. */
  close: [];
}
