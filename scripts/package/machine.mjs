import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

function find(command) {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' });
  return realpathSync(stdout.trim());
}

/**
 * A PATH with Node, npm and a shell, and nothing to build with: no compiler, make or python3.
 *
 * @returns its folder
 */
export function makePath(folder) {
  mkdirSync(folder);
  symlinkSync(process.execPath, join(folder, 'node'));
  for (const command of ['npm', 'sh', 'env']) symlinkSync(find(command), join(folder, command));
  return folder;
}

/** Runs a command as a user does, not as a script of npm does. */
export function run(cwd, path, command, ...parameters) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|config_local_prefix|config_loglevel)/.test(name),
    ),
  );
  const { status, error, stdout, stderr } = spawnSync(command, parameters, {
    cwd,
    encoding: 'utf8',
    env: { ...environment, PATH: path },
  });
  if (status === 0) return stdout;
  const why = error?.message ?? `${stdout}\n${stderr}`;
  throw new Error(`${command} ${parameters.join(' ')} failed:\n${why}`);
}

/** The PATH of this process with another folder before it. */
export function before(folder) {
  return folder + delimiter + process.env.PATH;
}
