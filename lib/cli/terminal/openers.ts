import type { QueueHolder } from '../../inspect.js';
import { printable } from '../base/printable.js';

/** The processes that have a queue open, in short: `*` where one waits in it. */
export function openers(openBy: readonly QueueHolder[]): string {
  const waiting = new Map<string, boolean>();
  for (const { pid, command, waits } of openBy) {
    const process = `${printable(command)}(${pid})`;
    waiting.set(process, waiting.get(process) === true || waits !== undefined);
  }
  return [...waiting].map(([name, waits]) => (waits ? `${name}*` : name)).join(' ') || '-';
}
