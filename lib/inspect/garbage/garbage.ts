import { checkOptions, isBoolean, type Checks } from '../../base/options.js';
import { emptyLeases, orphanedBodies } from './files.js';
import type { Garbage } from './kinds.js';
import { abandonedQueues, listedQueues } from './queues.js';

/** What there was. */
export interface GarbageReport {
  /** What was removed, or would have been. */
  readonly garbage: readonly Garbage[];
  /** Why reply queues were left alone, where they were. */
  readonly unsure?: string;
}

/** How to collect. */
export interface GarbageOptions {
  /**
   * Only looks.
   *
   * @defaultValue false
   */
  dryRun?: boolean | undefined;
  /**
   * Whether a reply queue that no process has open which can be seen from here counts as nobody's. Without it such queues
   * are left alone where there may be other processes: in a PID namespace of its own, as in a container, and where
   * ptrace(2) of a process of this user would be refused.
   *
   * @defaultValue false
   */
  trustVisible?: boolean | undefined;
}

const checks: Checks<GarbageOptions> = { dryRun: isBoolean, trustVisible: isBoolean };

/**
 * Removes what this user's processes have left that were killed: reply queues and temporary queues that nobody has open,
 * and files in shared memory that nobody has locked. Nothing of a process that lives, and no file with a message in it.
 *
 * @returns rejects with TypeError for a bad option, with `EACCES` where the folder in shared memory is not this user's
 */
export async function collectGarbage(options?: GarbageOptions): Promise<GarbageReport> {
  const { dryRun = false, trustVisible = false } = checkOptions(
    'collectGarbage()',
    options,
    checks,
  );
  const temporary = await listedQueues(dryRun);
  const { queues, ...unsure } = await abandonedQueues(dryRun, trustVisible);
  const known = new Set(temporary.map(({ name }) => name));
  const others = queues.filter(({ name }) => !known.has(name));
  const files = [...emptyLeases(dryRun), ...orphanedBodies(dryRun)];
  return { garbage: [...temporary, ...others, ...files], ...unsure };
}
