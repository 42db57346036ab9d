import { openWaits } from './left-open.js';
import type { WaitingWay } from './wait/modes.js';

/** A wait that keeps the process alive. */
export interface ActiveWait {
  /** The name that the queue was opened by. */
  readonly queue: string;
  /** For what it waits: a message, or room for one. */
  readonly direction: 'receive' | 'send';
  /** In which way, as `waiting` of a queue tells. */
  readonly way: WaitingWay;
}

/**
 * The waits that keep this process, or this worker thread, alive. `process.getActiveResourcesInfo()` knows
 * what is Node's own, and nothing of an addon.
 */
export function activeWaits(): ActiveWait[] {
  return openWaits().flatMap(({ name, receives, sends }) => [
    ...waitOf(name, 'receive', receives.wait.way),
    ...waitOf(name, 'send', sends.wait.way),
  ]);
}

function waitOf(
  queue: string,
  direction: ActiveWait['direction'],
  way: WaitingWay | null,
): ActiveWait[] {
  return way === null ? [] : [{ queue, direction, way }];
}
