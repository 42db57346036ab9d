import { isUnreadable } from '../bytes.js';
import { outbox, type OutgoingMessages } from '../mailbox.js';
import type { Message } from '../message.js';
import type { NativeQueue } from '../native.js';
import { undelivered } from '../undelivered.js';

/**
 * Puts messages back into the kernel's queue: how many are lost.
 *
 * @param patience - milliseconds to wait for room, while nothing else happens
 */
export function putBack(native: NativeQueue, messages: readonly Message[], patience = 0): number {
  const outgoing: OutgoingMessages = messages.flatMap((each) => [each.data, each.priority]);
  let lost = 0;
  for (let next = 0; next < messages.length;) {
    const count = outbox.put(outgoing, next);
    const given = count > 0 ? native.giveBack(count, patience) : 0;
    next += given;
    if (count > 0 && given === count) continue;
    if (!isLost(native, messages[next])) return lost + messages.length - next;
    lost += 1;
    next += 1;
  }
  return lost;
}

/** Whether it can go into no queue, so that it must not keep the others from it. */
function isLost(native: NativeQueue, message: Message | undefined): boolean {
  if (message === undefined) return false;
  // Who decoded it may have given its memory away.
  if (isUnreadable(message.data)) return true;
  // A queue that was opened anew may have smaller messages.
  const attributes = native.attributes();
  return typeof attributes !== 'number' && message.data.byteLength > attributes[1];
}

/** As `putBack`, and warns of those that are gone. */
export function putBackOrWarn(
  name: string,
  native: NativeQueue,
  messages: readonly Message[],
): void {
  if (messages.length === 0) return;
  const lost = putBack(native, messages);
  if (lost > 0) process.emitWarning(undelivered(lost, `queue '${name}'`));
}
