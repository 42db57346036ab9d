import type { NativeQueue } from './binding.js';

/** Begins to wait for up to `max` messages. */
export function beginReceive(
  native: NativeQueue,
  way: 'worker' | 'loop' | 'spin',
  max: number,
  microseconds: number,
): number {
  if (way === 'spin') return native.receiveSpinning(max, microseconds);
  if (way === 'loop') return native.receiveOnLoop(max, microseconds / 1000);
  return native.receiveOnWorker(max);
}

/** Begins to wait for room for the `count` messages of the outbox. */
export function beginSend(
  native: NativeQueue,
  way: 'worker' | 'loop' | 'spin',
  count: number,
  microseconds: number,
): number {
  if (way === 'spin') return native.sendSpinning(count, microseconds);
  if (way === 'loop') return native.sendOnLoop(count, microseconds / 1000);
  return native.sendOnWorker(count);
}
