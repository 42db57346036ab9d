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

/** Milliseconds of CLOCK_MONOTONIC, the clock that all processes of one machine share: see clock_gettime(2). */
export function monotonic(): number {
  const [seconds, nanoseconds] = real.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

// oxlint-disable-next-line no-restricted-globals -- the real one, as it is at import
const date = Date;

/** Milliseconds since 1970. */
export const wallClock: () => number = date.now.bind(date);
