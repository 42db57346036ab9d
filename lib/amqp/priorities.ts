import { MAX_PRIORITY } from '../base/options.js';

/**
 * A priority of 0 to 32767 as one of `levels`, in order. By their logarithms: most programs use small ones, which should not
 * be the same to the broker.
 */
export function levelOf(priority: number, levels: number): number {
  return Math.round((Math.log2(priority + 1) / Math.log2(MAX_PRIORITY + 1)) * (levels - 1));
}
