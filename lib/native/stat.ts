import { systemError } from '../base/errors.js';
import type { NativeQueue } from './binding.js';

/** Who owns a queue and may use it. See mq_overview(7) and fstat(2). */
export interface QueueStat {
  /** User id of the owner. */
  readonly owner: number;
  /** Group id. */
  readonly group: number;
  /** Permission bits, such as `0o600`. */
  readonly mode: number;
  /** Whether its name was removed, or belongs to another queue by now. */
  readonly unlinked: boolean;
}

/** @internal */
export function statOf(native: NativeQueue, name: string): QueueStat {
  const status = native.status();
  if (typeof status === 'number') throw systemError(status, 'fstat', name);
  const [owner, group, mode, names] = status;
  return { owner, group, mode, unlinked: names === 0 };
}

/** @internal */
export function isUnlinked(native: NativeQueue): boolean {
  return native.names() === 0;
}
