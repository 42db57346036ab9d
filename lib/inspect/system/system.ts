import { describeQueues } from '../queues.js';
import { systemChecks, type SystemCheck } from './checks.js';
import { systemLimits, type SystemLimit } from './limits.js';

/** What this machine and this user have for queues. */
export interface SystemReport {
  /** Whether all of `checks` work. */
  readonly works: boolean;
  readonly checks: readonly SystemCheck[];
  readonly limits: readonly SystemLimit[];
}

/**
 * Tries what this package needs, and reads each limit with what is used of it. Present use is known where the mqueue file
 * system is mounted, and limits are left out that cannot be read. A queue of one byte is made for it, and removed.
 */
export async function examineSystem(): Promise<SystemReport> {
  const checks = await systemChecks();
  // What keeps them from being listed is one of the checks.
  const queues = await describeQueues().catch(() => undefined);
  const limits = systemLimits(queues);
  return { works: checks.every(({ works }) => works), checks, limits };
}
