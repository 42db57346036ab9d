import { readdirSync } from 'node:fs';

/** What a process has in use. */
export interface Resources {
  readonly descriptors: number;
  readonly threads: number;
  /** Resident memory in MiB. */
  readonly memory: number;
}

/** After garbage collection, where the process was started with --expose-gc. */
export function resources(): Resources {
  (globalThis as { gc?: () => void }).gc?.();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    memory: Math.round(process.memoryUsage.rss() / 2 ** 20),
  };
}

/** What is wrong with the end of a run; `allowed` MiB are the allocator's to keep. */
export function growth(before: Resources, after: Resources, allowed = 24): string[] {
  const problems: string[] = [];
  if (after.descriptors > before.descriptors) problems.push('descriptors are left open');
  if (after.threads > before.threads) problems.push('threads are left');
  if (after.memory > before.memory + allowed) problems.push('memory has grown');
  return problems;
}
