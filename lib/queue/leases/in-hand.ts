import { isUtf8 } from 'node:buffer';
import { Message } from '../../base/message.js';
import { shownName } from '../../base/names.js';
import { native } from '../../native/native.js';
import { allPaths } from './folder.js';

/** A message that a process had in hand. */
export interface InHand {
  /** The queue that it came from. */
  readonly queue: string;
  /** Its bytes and priority. */
  readonly message: Message;
  /** How many receivers had died with it before. */
  readonly attempts: number;
}

/**
 * What a process has in hand, or had when it died: of those messages that leases keep.
 *
 * @param since - milliseconds since 1970 at which it had not begun, because a number comes again
 */
export function inHandOf(pid: number, since: number): InHand[] {
  return allPaths().flatMap((path) => {
    const view = native.viewLease(path, pid, since);
    if (typeof view === 'number') return [];
    const [name, ...parts] = view;
    const queue = isUtf8(name) ? name.toString() : shownName(name);
    const found: InHand[] = [];
    for (let index = 0; index < parts.length; index += 3) {
      const [data, priority, attempts] = parts.slice(index) as [Buffer, number, number];
      found.push({ queue, message: new Message(data, priority), attempts });
    }
    return found;
  });
}
