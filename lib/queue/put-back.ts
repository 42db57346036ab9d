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
  for (let given = 0; ;) {
    const count = outbox.put(outgoing, given);
    const result = count > 0 ? native.giveBack(count, patience) : 0;
    given += result;
    if (count === 0 || result < count) return messages.length - given;
  }
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
