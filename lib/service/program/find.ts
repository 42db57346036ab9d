import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { invalidType, unknownProgramError } from '../../base/errors.js';

const STANDARD_PATH = '/usr/local/bin:/usr/bin:/bin';

/**
 * Looks where execvp(3) does.
 *
 * @throws TypeError where there is no such program
 */
export function checkProgram(command: unknown, cwd: string, path: string = STANDARD_PATH): void {
  if (typeof command !== 'string') throw invalidType('command', "a program's name", command);
  const folders = command.includes('/') ? ['.'] : path.split(':');
  const found =
    command !== '' && folders.some((folder) => isExecutable(resolve(cwd, folder || '.', command)));
  if (!found) throw unknownProgramError(command);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
