import { performance } from 'node:perf_hooks';
import timers from 'node:timers';

// A test runner may put fake ones in the place of the globals, and time would stand still for a queue
// that waits. What is here is the runtime's own, as it was at import; not that of the global `process`
// or `setTimeout`, which some runners make anew for each file of tests.
const real = process.getBuiltinModule('node:process');

export const setTimeout: typeof timers.setTimeout = timers.setTimeout;
export const clearTimeout: typeof timers.clearTimeout = timers.clearTimeout;
export const setInterval: typeof timers.setInterval = timers.setInterval;
export const clearInterval: typeof timers.clearInterval = timers.clearInterval;
export const setImmediate: typeof timers.setImmediate = timers.setImmediate;
export const nextTick: typeof process.nextTick = real.nextTick.bind(real);

/** Milliseconds by a monotonic clock. */
export const now: () => number = performance.now.bind(performance);
