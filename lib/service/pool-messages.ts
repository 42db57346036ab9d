/** Set in the environment of a pool's processes, by which their workers know that they are to report. */
export const MARK = 'POSIX_MQUEUE_POOL';

/** What goes over the channel of child_process.fork(), beside what the module's own code sends. */
export type PoolMessage =
  | { readonly posixMqueue: 'ready' }
  | { readonly posixMqueue: 'stats?'; readonly id: number }
  | { readonly posixMqueue: 'stats'; readonly id: number; readonly counts: Counts };

/** Numbers by name, as `stats()` of a worker has them. */
export type Counts = Readonly<Record<string, number>>;

/** Of what came over the channel; undefined for what others sent. */
export function poolMessage(message: unknown): PoolMessage | undefined {
  // By convention of other process managers.
  if (message === 'ready') return { posixMqueue: 'ready' };
  const kind = (message as Partial<PoolMessage> | null | undefined)?.posixMqueue;
  return kind === undefined ? undefined : (message as PoolMessage);
}

/** All numbers of the same name together. What is no number is left out. */
export function sum(all: readonly object[]): Counts {
  const total: Record<string, number> = {};
  for (const [name, value] of all.flatMap((each) => Object.entries(each) as [string, unknown][])) {
    if (typeof value === 'number') total[name] = (total[name] ?? 0) + value;
  }
  return total;
}
