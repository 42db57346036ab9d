import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** What the figures were measured on. */
export function describeMachine() {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
  };
}
