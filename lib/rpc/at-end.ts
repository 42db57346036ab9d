import { isEnd } from '../native/ending.js';

// A queue outlives its process. So what a host has made for itself alone is removed when the process ends: also by a
// signal that nobody handles, at which Node emits no 'exit'.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** On our own listeners, also those of another copy of the library. */
const OURS = Symbol.for('posix-mqueue.atEnd');

const removals = new Set<() => void>();

/**
 * Calls `remove` when the process ends. It must do all in one go: nothing can be awaited then.
 *
 * @returns forgets it again
 */
export function atEnd(remove: () => void): () => void {
  if (removals.size === 0) listen();
  removals.add(remove);
  return () => {
    if (removals.delete(remove) && removals.size === 0) unlisten();
  };
}

function listen(): void {
  process.on('exit', onExit);
  // First of all: a listener that is called once is none any more when its turn is over.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', onExit);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function removeAll(): void {
  for (const remove of removals) remove();
}

function onExit(): void {
  if (isEnd()) removeAll();
}

function onSignal(signal: NodeJS.Signals): void {
  // Who handles a signal decides when the process ends, and may need the queue until then. The first process of a
  // container is not ended by one that it does not handle.
  if (!process.listeners(signal).every((listener) => OURS in listener) || process.pid === 1) return;
  removeAll();
  unlisten();
  process.kill(process.pid, signal);
}

Object.defineProperty(onSignal, OURS, { value: true });
