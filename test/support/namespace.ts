import { execFileSync, spawnSync } from 'node:child_process';
import { runsOthers, slowdown } from './sanitizer.js';

const UNSHARE = ['--mount', '--ipc'];
/** Milliseconds: no test can be ended by mocha while it waits for a program to end. */
const LONGEST = 20_000 * slowdown;

/** Whether this user may make namespaces; containers often forbid it. */
export function canUnshare(): boolean {
  if (!runsOthers) return false;
  return spawnSync('unshare', [...UNSHARE, 'true']).status === 0;
}

/**
 * What a module prints that runs in mount and IPC namespaces of its own, where it sees no queue of
 * others.
 *
 * @param prepare - a shell command that is run there first
 */
export function runUnshared(prepare: string, module: string): string {
  const command = `${prepare} && exec "$0" --input-type=module -e "$1"`;
  const parameters = [...UNSHARE, 'sh', '-c', command, process.execPath, module];
  const options = { timeout: LONGEST, killSignal: 'SIGKILL' } as const;
  return execFileSync('unshare', parameters, options).toString().trim();
}
