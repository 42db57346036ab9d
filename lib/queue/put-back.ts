import { outbox, type OutgoingMessages } from '../mailbox.js';
import type { Message } from '../message.js';
import type { NativeQueue } from '../native.js';

/** Puts messages back into the kernel's queue, or warns that they are gone. */
export function putBack(name: string, native: NativeQueue, messages: readonly Message[]): void {
  if (messages.length === 0) return;
  const given = giveBack(
    native,
    messages.flatMap((each) => [each.data, each.priority]),
  );
  const lost = messages.length - given;
  if (lost === 0) return;
  process.emitWarning(
    `${lost} message${lost === 1 ? '' : 's'} of queue '${name}' had been taken but not ` +
      `delivered, and found no room in the queue any more. Listen for 'undelivered', or keep the ` +
      `result of close()`,
    { type: 'MessageQueueWarning', code: 'MQ_UNDELIVERED' },
  );
}

function giveBack(native: NativeQueue, messages: OutgoingMessages): number {
  let given = 0;
  for (;;) {
    const count = outbox.put(messages, given);
    const result = count > 0 ? native.giveBack(count) : 0;
    given += result;
    if (count === 0 || result < count) return given;
  }
}
