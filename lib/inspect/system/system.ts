import { codeOf } from '../../base/code-of.js';
import { describeQueues, type QueueDescription } from '../queues.js';
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
 * system is mounted. A queue of one byte is made for it, and removed.
 *
 * @returns rejects with `ENOENT` where the kernel has no POSIX message queues
 */
export async function examineSystem(): Promise<SystemReport> {
  const checks = await systemChecks();
  const limits = systemLimits(await listed());
  return { works: checks.every(({ works }) => works), checks, limits };
}

/** Undefined where they cannot be listed, which is one of the checks. */
async function listed(): Promise<QueueDescription[] | undefined> {
  try {
    return await describeQueues();
  } catch (error) {
    if (codeOf(error) === 'ERR_MQ_NOT_MOUNTED' || codeOf(error) === 'ERR_MQ_UNSUPPORTED')
      return undefined;
    throw error;
  }
}
