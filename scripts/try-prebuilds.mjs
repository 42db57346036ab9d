// Sends and receives with each binary in prebuilds/, those of another architecture under qemu:
//   node scripts/try-prebuilds.mjs
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const QEMU = {
  x64: ['qemu-x86_64', '-L', '/usr/x86_64-linux-gnu'],
  arm64: ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'],
};

function run(command, parameters, options) {
  const { error, status } = spawnSync(command, parameters, { stdio: 'inherit', ...options });
  if (error !== undefined) {
    throw new Error(
      `${command}: ${error.message}. On Debian: apt-get install qemu-user g++-aarch64-linux-gnu`,
    );
  }
  if (status !== 0) throw new Error(`${command} ${parameters.join(' ')} failed, see above`);
}

/** The command that runs Node of this architecture, and its first arguments. */
function nodeOf(arch, folder) {
  if (arch === process.arch) return [process.execPath];
  const name = `node-linux-${arch}`;
  const version = process.versions.node;
  run('npm', [
    'install',
    '--no-save',
    '--force',
    '--silent',
    '--prefix',
    folder,
    `${name}@${version}`,
  ]);
  return [...QEMU[arch], join(folder, 'node_modules', name, 'bin', 'node')];
}

/** In a copy without a build of its own: that one would be found first. */
function tryBinary(name) {
  const [, arch] = name.split('-');
  const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  try {
    const copy = join(folder, 'copy');
    for (const each of ['package.json', 'dist', join('prebuilds', name)]) {
      cpSync(join(root, each), join(copy, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    cpSync(join(root, 'scripts', 'package', 'smoke.mjs'), join(copy, 'smoke.mjs'));
    const [command, ...parameters] = nodeOf(arch, folder);
    run(command, [...parameters, 'smoke.mjs'], { cwd: copy });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const name of readdirSync(join(root, 'prebuilds'))) {
  console.log(name);
  tryBinary(name);
}
