import type { NativeQueue } from '../native.js';
import { putBack } from './put-back.js';
import type { ReceiveLine } from './receive-line.js';

/** What is left of a queue object that was dropped. Nothing in it may refer to that object. */
interface Remains {
  readonly name: string;
  readonly native: NativeQueue;
  readonly receives: ReceiveLine;
}

let warned = false;

const registry = new FinalizationRegistry<Remains>(({ name, native, receives }) => {
  putBack(name, native, receives.takeHeld());
  native.close();
  if (warned) return;
  warned = true;
  process.emitWarning(
    `Queue '${name}' was dropped without close(), and is closed by garbage collection. ` +
      `That comes late or never: close queues, or declare them with 'await using'. This is the only ` +
      `warning`,
    { type: 'MessageQueueWarning', code: 'MQ_NOT_CLOSED' },
  );
});

/** Closes the queue, and warns once in a process, when `owner` is collected as garbage. */
export function closeWhenDropped(
  owner: { readonly name: string },
  native: NativeQueue,
  receives: ReceiveLine,
): void {
  registry.register(owner, { name: owner.name, native, receives }, owner);
}

/** It was closed as it should be. */
export function closedInTime(owner: object): void {
  registry.unregister(owner);
}
