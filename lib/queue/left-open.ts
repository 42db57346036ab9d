import { constants } from 'node:os';
import type { NativeQueue } from '../native/binding.js';
import { native as addon } from '../native/native.js';
import { byKernelOrder } from '../base/message.js';
import { now } from '../base/timers.js';
import { Losses } from '../base/losses.js';
import { warnNotClosed, warnOfLosses, warnOfLossesNow } from '../base/warnings.js';
import { isEnd, pauseWaits } from '../native/ending.js';
import { facts } from '../native/facts.js';
import { countLost, putBackNow, type NotPutBack, type PutBack } from './put-back.js';
import type { ReceiveLine } from './line/receive-line.js';
import type { SendLine } from './line/send-line.js';

/** What is left of a queue object that was not closed. Nothing in it may refer to that object. */
export interface Remains {
  readonly name: string;
  readonly native: NativeQueue;
  readonly receives: ReceiveLine;
  readonly putBack: PutBack;
  readonly sends: SendLine;
  /** The function that opened it. */
  readonly opener: string;
  /** Of that call, where it is recorded. */
  stack?: string | undefined;
  /** Whether its waits keep the process alive. */
  referenced: boolean;
}

const { EAGAIN } = constants.errno;

const open = new Map<WeakKey, Remains>();
const registry = new FinalizationRegistry<Remains>(closeDropped);
let recording = false;

/** From now on each queue that is opened tells by which line. That takes time. */
export function recordOpenings(): void {
  recording = true;
}

/** The queue objects that keep the process alive by a wait. */
export function openWaits(): Remains[] {
  return [...open.values()].filter(
    ({ receives, sends, referenced }) =>
      referenced && (receives.wait.way !== null || sends.wait.way !== null),
  );
}

/** Closes the queue, and warns once in a process, when `owner` is collected as garbage. */
export function closeWhenDropped(owner: object, remains: Remains): void {
  open.set(remains.native, remains);
  if (recording) remains.stack = longStack();
  registry.register(owner, remains, owner);
}

/** Between the caller and here may be the frames of RxJS. */
function longStack(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  try {
    return new Error().stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** It is being closed as it should be: its waits end. */
export function closing(remains: Remains): void {
  remains.referenced = false;
}

/** It was closed as it should be. */
export function closedInTime(owner: object, native: NativeQueue): void {
  open.delete(native);
  registry.unregister(owner);
}

/** Warns of what could not be put back. */
export function warnOfNotPutBack(
  { messages, losses }: NotPutBack,
  { name, opener }: Pick<Remains, 'name' | 'opener'>,
): void {
  losses.add(countLost(messages), -EAGAIN);
  warnOfLosses(losses, `queue '${name}'`, opener);
}

function closeDropped({ name, opener, native, receives, putBack }: Remains): void {
  void putBack.put(receives.takeHeld()).then((left) => {
    open.delete(native);
    warnOfNotPutBack(left, { name, opener });
    native.close();
  });
  warnNotClosed(name);
}

function end(): void {
  if (!isEnd()) {
    pauseWaits();
    return;
  }
  const losses = new Losses();
  losses.add(...addon.stop());
  const started = now();
  for (const { native, receives, putBack } of open.values()) {
    const held = [...receives.takeHeld(), ...putBack.giveUp()].sort(byKernelOrder);
    const left = Math.max(0, Math.ceil(facts().patience - (now() - started)));
    losses.add(countLost(putBackNow(native, held, losses, left)), -EAGAIN);
  }
  warnOfLossesNow(losses, 'a process that ends');
}

// At the end of the process nothing can be awaited, and a blocked pool thread would keep it for ever:
// Node joins the pool's threads before it runs an addon's cleanup hooks. First of all listeners, because
// one that throws or exits within keeps the others from being called.
process.prependListener('exit', end);
// A program that removes all listeners of 'exit' means its own.
process.on('removeListener', (event, listener) => {
  if (event === 'exit' && listener === end) process.prependListener('exit', end);
});
