import { spawnSync } from 'node:child_process';
import { Child } from './child.js';
import { COMMAND } from './command.js';
import { runsOthers } from './sanitizer.js';

/** Whether there is script(1), which runs a command on a terminal of its own. */
export function hasTerminals(): boolean {
  return runsOthers && spawnSync('script', ['--version']).status === 0;
}

/**
 * Starts a command of a shell on a terminal of its own, of 80 columns and 24 lines: what is written to it is typed there.
 * In the command `$mqueue` is ours.
 */
export function onTerminal(command: string): Child {
  const env = { ...process.env, mqueue: `${process.execPath} ${COMMAND}`, TERM: 'xterm' };
  const script = `stty cols 80 rows 24; ${command}`;
  return new Child('script', ['--quiet', '--flush', '--return', '--command', script, '/dev/null'], {
    env,
  });
}
