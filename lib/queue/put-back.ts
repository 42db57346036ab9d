import { outbox, type OutgoingMessages } from '../mailbox.js';
import type { Message } from '../message.js';
import type { NativeQueue } from '../native.js';
import { undelivered } from '../undelivered.js';

/**
 * Puts messages back into the kernel's queue: how many found no room.
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
    if (!isTooLarge(native, messages[next])) return lost + messages.length - next;
    lost += 1;
    next += 1;
  }
  return lost;
}

/** A queue that was opened anew may have smaller messages. */
function isTooLarge(native: NativeQueue, message: Message | undefined): boolean {
  const attributes = native.attributes();
  return typeof attributes !== 'number' && (message?.data.byteLength ?? 0) > attributes[1];
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
