import type { Duplex, Readable, Writable } from 'node:stream';
import { nextTick } from '../base/timers.js';

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

/** Failures of streams that a loop over them has thrown. */
export const toldByLoop: WeakSet<object> = new WeakSet<object>();

/**
 * For disposal: resolves at the event `close` of a stream that is ending. Rejects with a failure of the
 * stream, whenever that was, but not with its abort, nor with what a loop has thrown already.
 */
export async function untilClosed(stream: Readable | Writable | Duplex): Promise<void> {
  if (!stream.closed) {
    await new Promise<void>((resolve) => {
      // Told here, it is no uncaught exception.
      stream.on('error', () => undefined).once('close', resolve);
    });
  }
  const { errored } = stream;
  if (errored === null || errored.name === 'AbortError' || toldByLoop.has(errored)) return;
  throw errored;
}
