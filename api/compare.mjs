import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

function reportsIn(folder) {
  return readdirSync(folder).filter((file) => file.endsWith('.api.md'));
}

/**
 * In which files the reports in two folders differ, as `{ file, text }` with the lines that do. One that is in either folder
 * alone differs.
 */
export function changed(folder, fresh) {
  const files = new Set([...reportsIn(folder), ...reportsIn(fresh)]);
  return [...files].toSorted().flatMap((file) => {
    const old = reportsIn(folder).includes(file) ? join(folder, file) : '/dev/null';
    const now = reportsIn(fresh).includes(file) ? join(fresh, file) : '/dev/null';
    const parameters = ['diff', '--no-index', '--unified=2', '--', old, now];
    const { error, stdout } = spawnSync('git', parameters, { encoding: 'utf8' });
    if (error !== undefined) throw error;
    return stdout === '' ? [] : [{ file, text: `api/${file}\n${stdout}` }];
  });
}

/** Makes the reports in the first folder those of the second. */
export function write(folder, fresh, differences) {
  for (const { file } of differences) {
    if (reportsIn(fresh).includes(file)) cpSync(join(fresh, file), join(folder, file));
    else rmSync(join(folder, file));
  }
}
