// Makes the checkout ready to run, and does only what is not done yet: the packages, the native
// addon, the compiled TypeScript; and the packages of each folder that is named.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeLeftOver } from './left-over.mjs';
import { newestSource, written } from './native-sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

function changed(...parts) {
  return written(root, ...parts);
}

function run(command, ...parameters) {
  // Whatever it prints goes to stderr: stdout is for what was asked for, such as a tarball's name.
  const stdio = ['inherit', 2, 2];
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

if (changed('node_modules', '.package-lock.json') < changed('package-lock.json')) {
  // npm tells only npm's own scripts where the headers are, and sets that for this script too.
  run('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
}

// Elsewhere types, codecs and the transport in memory work without it.
const isLinux = process.platform === 'linux';
if (isLinux && changed('build', 'Release', 'posix_mqueue.node') < newestSource(root)) {
  run('npm', 'run', '--silent', 'build:native', '--', '--loglevel=warn');
}

removeLeftOver(root);
// What tsc remembers is elsewhere: it would not miss its output.
const missing = ['dist', 'out/test'].some((folder) => changed(folder) === 0);
run(join(root, 'node_modules', '.bin', 'tsc'), '-b', ...(missing ? ['--force'] : []));

for (const folder of process.argv.slice(2)) {
  if (
    changed(folder, 'node_modules', '.package-lock.json') < changed(folder, 'package-lock.json')
  ) {
    run('npm', 'ci', '--prefix', folder, '--no-audit', '--no-fund');
  }
}
