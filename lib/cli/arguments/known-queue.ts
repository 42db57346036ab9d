import { describeQueue, type QueueDescription } from '../../inspect.js';
import { CommandError } from '../base/exit-codes.js';
import { absent } from '../base/remedies.js';

/** @returns rejects where there is no queue of this name */
export async function knownQueue(name: string): Promise<QueueDescription> {
  const queue = await describeQueue(name);
  if (queue === undefined) throw new CommandError(absent(name));
  return queue;
}
