import { native } from './native.js';
import { nextTick } from '../base/timers.js';
import { apart } from '../base/apart.js';

// Some test runners make the global one anew, as a copy that is not kept up to date.
const real = process.getBuiltinModule('node:process') as { _exiting?: boolean };

/** For listeners of `exit`: whether it is the end, or a program has emitted the event itself and goes on. */
export function isEnd(): boolean {
  // Node sets it before it emits the event, in whichever way the process ends.
  return real._exiting !== false;
}

let refused: (() => void)[] = [];

/** A wait was refused because the process ends: calls `resume` if it does not. */
export function ifGoingOn(resume: () => void): void {
  refused.push(resume);
}

/**
 * No pool thread is blocked when it returns, as who emits `exit` may end the process in ways of his own. In
 * the next tick, which comes only where it goes on, the waits begin again.
 */
export function pauseWaits(): void {
  native.pause();
  nextTick(goOn);
}

function goOn(): void {
  native.resume();
  const again = refused;
  refused = [];
  for (const resume of again) apart(resume);
}
