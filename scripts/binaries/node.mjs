import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nameOf, own } from './targets.mjs';

const QEMU = {
  x64: { command: 'qemu-x86_64', libraries: '/usr/x86_64-linux-gnu' },
  arm64: { command: 'qemu-aarch64', libraries: '/usr/aarch64-linux-gnu' },
};

/** What starts programs with `process.execPath` is to start the command below, and not a program that this machine cannot run. */
const preload = (command) => `process.execPath = ${JSON.stringify(command)};\n`;

/** The variable of the environment that names a Node for the binary of this name. */
export function variableFor(name) {
  const [, arch, libc] = name.split('-');
  return `NODE_${libc}_${arch}`.toUpperCase();
}

/** Whether a binary is for another processor than this machine has. */
export function isEmulated(name) {
  return name.split('-')[1] !== process.arch;
}

/**
 * The command that is Node for the binary of this name, also for the programs that it starts: this one, that of the
 * environment, or one for another processor under qemu. Packages with a binary of their own have the one for it too.
 *
 * @returns its path, or undefined where there is none: npm has no Node for musl, and qemu the libraries of glibc
 */
export function nodeFor(name, folder, packages = []) {
  if (name === nameOf(own)) return process.execPath;
  const [, arch, libc] = name.split('-');
  const ending = `linux-${arch}-${libc === 'glibc' ? 'gnu' : libc}`;
  const binaries = packages.map((each) => `${each}-${ending}@${versionOf(each)}`);
  const given = process.env[variableFor(name)];
  if (given !== undefined) return makeCommand(folder, binaries, () => `exec '${given}' "$@"`);
  return libc === 'glibc' && own.libc === 'glibc' ? emulated(arch, folder, binaries) : undefined;
}

function versionOf(name) {
  const path = fileURLToPath(new URL(`../../node_modules/${name}/package.json`, import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')).version;
}

/** Of the version that runs here. */
function emulated(arch, folder, binaries) {
  const qemu = QEMU[arch];
  const found = spawnSync(qemu.command, ['--version'], { stdio: 'ignore' });
  if (found.error !== undefined) {
    const advice = 'apt-get install qemu-user g++-aarch64-linux-gnu';
    throw new Error(`${found.error.message}. On Debian: ${advice}`);
  }
  const node = `node-linux-${arch}`;
  const wanted = `${node}@${process.versions.node}`;
  const installed = install(folder, [wanted]);
  if (installed === undefined) throw new Error(`npm has no ${wanted}`);
  const real = join(installed, node, 'bin', 'node');
  const preloaded = join(folder, 'preload.cjs');
  return makeCommand(folder, binaries, (command) => {
    writeFileSync(preloaded, preload(command));
    return `exec ${qemu.command} -L ${qemu.libraries} -0 '${command}' '${real}' --require '${preloaded}' "$@"`;
  });
}

/** A script that ends with the line, and finds these packages, as far as npm has them. */
function makeCommand(folder, packages, lineOf) {
  const command = join(folder, 'node');
  const modules = packages.length > 0 ? install(join(folder, 'native'), packages) : '';
  if (modules === undefined) {
    console.log(`npm has not ${packages.join(', ')}: what needs it is skipped`);
  }
  const text = `#!/bin/sh\nexport NODE_PATH='${modules ?? ''}'\n${lineOf(command)}\n`;
  writeFileSync(command, text);
  chmodSync(command, 0o755);
  return command;
}

/** @returns the folder of the modules, or undefined where npm has not all of it */
function install(folder, what) {
  const parameters = ['install', '--no-save', '--force', '--silent', '--prefix', folder, ...what];
  const { status } = spawnSync('npm', parameters, { stdio: ['ignore', 2, 2] });
  return status === 0 ? join(folder, 'node_modules') : undefined;
}
