import { readFileSync } from 'node:fs';

/** Whether the process of this number runs: one that has ended and nobody has asked for yet does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
