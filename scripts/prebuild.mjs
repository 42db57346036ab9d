// Makes the binaries that the package ships, after ensure-built.mjs:
// prebuilds/<platform>-<arch>-<libc>/posix_mqueue.node.
//   node scripts/prebuild.mjs         of each architecture that has a compiler here; they have to load with
//                                     old libraries, see check-symbols.mjs
//   node scripts/prebuild.mjs --own   of this machine, for this machine
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tooNew } from './check-symbols.mjs';
import { newestSource, written } from './native-sources.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const FILE = join('build', 'Release', 'posix_mqueue.node');
const TRIPLES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const libc = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
const own = process.argv.includes('--own');

/** What it prints goes to stderr: `npm pack` prints the name of the tarball to stdout. */
function run(command, parameters, options = {}) {
  const stdio = ['ignore', 2, 2];
  const { error, status } = spawnSync(command, parameters, { cwd: root, stdio, ...options });
  if (error === undefined && status === 0) return;
  console.error(`${command} ${parameters.join(' ')}: ${error?.message ?? 'failed, see above'}`);
  process.exit(1);
}

function isThere(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Puts a binary in its place, without what only a debugger needs. */
function ship(binary, arch, tools) {
  const folder = join(root, 'prebuilds', `linux-${arch}-${libc}`);
  const shipped = join(folder, 'posix_mqueue.node');
  mkdirSync(folder, { recursive: true });
  copyFileSync(binary, shipped);
  // An installation from git has no use for a smaller one, and may lack strip.
  if (isThere(`${tools}strip`)) run(`${tools}strip`, ['--strip-unneeded', shipped]);
  const problems = own || libc === 'musl' ? [] : tooNew(shipped);
  if (problems.length > 0) {
    rmSync(shipped);
    for (const problem of problems) console.error(`${shipped} would not load: ${problem}`);
    process.exit(1);
  }
  console.error(shipped);
}

/** In a copy, because node-gyp has one folder for all. */
function crossBuild(arch, tools) {
  const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  try {
    for (const each of ['addon', 'binding.gyp', 'package.json', 'scripts']) {
      cpSync(join(root, each), join(folder, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    run('npm', ['run', '--silent', 'build:native', '--', '--loglevel=warn', `--arch=${arch}`], {
      cwd: folder,
      env: { ...process.env, CC: `${tools}gcc`, CXX: `${tools}g++` },
    });
    ship(join(folder, FILE), arch, tools);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prebuild(arch) {
  const shipped = written(root, 'prebuilds', `linux-${arch}-${libc}`, 'posix_mqueue.node');
  if (shipped >= newestSource(root)) return;
  if (arch === process.arch) {
    ship(join(root, FILE), arch, '');
    return;
  }
  const tools = `${TRIPLES[arch]}-`;
  if (isThere(`${tools}g++`)) {
    crossBuild(arch, tools);
    return;
  }
  const debian = tools.replace('x86_64', 'x86-64');
  console.error(`No binary for linux-${arch}: apt-get install g++-${debian.slice(0, -1)}`);
}

if (process.platform === 'linux') {
  const others = own || libc === 'musl' ? [] : Object.keys(TRIPLES);
  for (const arch of new Set([process.arch, ...others])) prebuild(arch);
}
