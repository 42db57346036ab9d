import { openQueue } from '../queue/open.js';
import type { QueueCore } from '../queue/core.js';

/**
 * Opens a queue for its attributes, with whatever access this user has. Undefined where that is none, or there is no such
 * queue any more.
 *
 * @throws TypeError for a name that no queue can have; what else keeps it from being opened
 */
export function openToLook(name: string): QueueCore | undefined {
  for (const access of ['read', 'write'] as const) {
    try {
      return openQueue('posix-mqueue/inspect', name, { access });
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (error instanceof TypeError || (code !== 'EACCES' && code !== 'ENOENT')) throw error;
      if (code === 'ENOENT') return undefined;
    }
  }
  return undefined;
}
