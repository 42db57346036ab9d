import type { Duplex, Readable, Writable } from 'node:stream';
import { nextTick } from '../timers.js';

/** For `_destroy`: ends both sides, then calls back with the first error there was. */
export function closeAfter(
  sides: readonly { destroy(): Promise<void> }[],
  error: Error | null,
  callback: (error?: Error | null) => void,
): void {
  void Promise.all(sides.map((side) => side.destroy())).then(
    () => {
      nextTick(callback, error);
    },
    (failure: unknown) => {
      nextTick(callback, error ?? failure);
    },
  );
}

/** Resolves at the event `close` of a stream that was destroyed. */
export function untilClosed(stream: Readable | Writable | Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once('close', resolve);
  });
}
