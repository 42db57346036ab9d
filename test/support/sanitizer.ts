import { isEmulated } from './machine.js';

/**
 * Whether programs besides Node can be run. ThreadSanitizer is preloaded into them too, and shells crash
 * of it, and a C++ program that does not expect signals gets them.
 */
export const runsOthers: boolean = process.env['SANITIZER'] !== 'thread';

/** Whether a sanitizer is preloaded into all programs that are started. */
export const isSanitized: boolean = process.env['SANITIZER'] !== undefined;

/** Whether memory that is never freed fails the run. */
export const countsLeaks: boolean = process.env['SANITIZER'] === 'address';

function factor(): number {
  if (isEmulated) return 10;
  return isSanitized ? 5 : 1;
}

/** How many times as long as usual things may take. */
export const slowdown: number = factor();
