import { nextTick } from './timers.js';

/**
 * Calls what may call code of the user, where what comes next must happen all the same: what it throws
 * is an uncaught exception in a moment.
 */
export function apart(call: () => void): void {
  try {
    call();
  } catch (error) {
    nextTick(() => {
      throw error;
    });
  }
}
