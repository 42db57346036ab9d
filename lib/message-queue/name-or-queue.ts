import { invalidType, unusedOptionError } from '../base/errors.js';
import type { Check } from '../base/options.js';
import { coreOf, isQueue } from './message-queue.js';
import { createChecks, type CreateOptions } from '../queue/open-options.js';

/** @internal */
export const isNameOrQueue: Check = (argument, value) => {
  if (typeof value === 'string') return;
  if (isQueue(value)) {
    // It throws for one of another copy that cannot be used here.
    coreOf(value);
    return;
  }
  throw invalidType(argument, "a queue's name or a MessageQueue", value);
};

/**
 * Those of the options that say how to open a queue.
 *
 * @internal
 */
export function openOptionsOf(options: CreateOptions): CreateOptions {
  const opening: Record<string, unknown> = {};
  for (const key of Object.keys(createChecks) as (keyof CreateOptions)[]) {
    if (options[key] !== undefined) opening[key] = options[key];
  }
  return opening;
}

/**
 * For an open queue that was given: what cannot apply to it is refused, not ignored.
 *
 * @internal
 */
export function refuseOpenOptions(where: string, opening: CreateOptions): void {
  const [key] = Object.keys(opening);
  if (key !== undefined) throw unusedOptionError(where, key);
}
