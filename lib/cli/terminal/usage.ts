import { limits } from '../../index.js';
import type { QueueDescription } from '../../inspect.js';

/** Bytes that the queues of this user take of its limit, and the limit: null for none, undefined where there is no /proc to tell it. */
export function usageOf(queues: readonly QueueDescription[]): {
  used: number;
  limit: number | null | undefined;
} {
  const user = process.geteuid?.();
  const own = queues.filter(({ owner }) => owner === user);
  const used = own.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const most = mostBytes();
  return { used, limit: most === Infinity ? null : most };
}

function mostBytes(): number | undefined {
  try {
    return limits().maxBytes;
  } catch {
    return undefined;
  }
}

/** The same for people. */
export function shownUsage(queues: readonly QueueDescription[]): string {
  const { used, limit } = usageOf(queues);
  if (limit === undefined) return `this user's take ${used} bytes`;
  const most =
    limit === null ? 'without a limit' : `of ${limit} (${Math.round((used / limit) * 100)} %)`;
  return `this user's take ${used} bytes ${most}`;
}
