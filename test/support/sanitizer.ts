import { isEmulated } from './machine.js';

/**
 * Whether programs besides Node can be run. ThreadSanitizer is preloaded into them too, and shells crash
 * of it, and a C++ program that does not expect signals gets them.
 */
export const runsOthers: boolean = process.env['SANITIZER'] !== 'thread';

/** Whether memory that is never freed fails the run. */
export const countsLeaks: boolean = process.env['SANITIZER'] === 'address';

function factor(): number {
  if (isEmulated) return 10;
  return process.env['SANITIZER'] === undefined ? 1 : 5;
}

/** How many times as long as usual things may take. */
export const slowdown: number = factor();
