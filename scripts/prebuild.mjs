// Makes the binaries that the package ships, after ensure-built.mjs:
// prebuilds/<platform>-<arch>-<libc>/posix_mqueue.node.
//   node scripts/prebuild.mjs         of each system that has a compiler here; they have to load with
//                                     old libraries, see check-symbols.mjs
//   node scripts/prebuild.mjs --all   the same, and fails where a compiler is missing
//   node scripts/prebuild.mjs --own   of this machine, for this machine
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { misfits } from './check-symbols.mjs';
import { newestSource, written } from './native-sources.mjs';
import { isThere } from './binaries/compilers.mjs';
import { nameOf, own, TARGETS } from './binaries/targets.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const FILE = join('build', 'Release', 'posix_mqueue.node');
const isForOwn = process.argv.includes('--own');
const isForAll = process.argv.includes('--all');

/** What it prints goes to stderr: `npm pack` prints the name of the tarball to stdout. */
function run(command, parameters, options = {}) {
  const stdio = ['ignore', 2, 2];
  const { error, status } = spawnSync(command, parameters, { cwd: root, stdio, ...options });
  if (error === undefined && status === 0) return;
  console.error(`${command} ${parameters.join(' ')}: ${error?.message ?? 'failed, see above'}`);
  process.exit(1);
}

/** Where it is the first to need Zig's C++ library, that one's warnings are 60,000 lines; ours are errors. */
function runQuietly(command, parameters, options) {
  const log = join(options.cwd, 'log');
  const output = openSync(log, 'w');
  const { error, status } = spawnSync(command, parameters, {
    ...options,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  if (error === undefined && status === 0) return;
  console.error(readFileSync(log, 'utf8').split('\n').slice(-200).join('\n'));
  console.error(`${command} ${parameters.join(' ')}: ${error?.message ?? 'failed, see above'}`);
  rmSync(options.cwd, { recursive: true, force: true });
  process.exit(1);
}

function isOwn(target) {
  return nameOf(target) === nameOf(own);
}

/** Puts a binary in its place, without what only a debugger needs. */
function ship(binary, target, strip) {
  const folder = join(root, 'prebuilds', nameOf(target));
  const shipped = join(folder, 'posix_mqueue.node');
  mkdirSync(folder, { recursive: true });
  copyFileSync(binary, shipped);
  // An installation from git has no use for a smaller one, and may lack strip.
  if (strip !== undefined && isThere(strip, '--version')) run(strip, ['--strip-unneeded', shipped]);
  // What was built on a machine with musl takes the libraries of that machine.
  const isAsFound = isForOwn || (isOwn(target) && target.libc === 'musl');
  const problems = isAsFound ? [] : misfits(shipped, target.libc);
  if (problems.length > 0) {
    rmSync(shipped);
    for (const problem of problems) console.error(`${shipped} would not load: ${problem}`);
    process.exit(1);
  }
  console.error(`${shipped}: ${Math.round(statSync(shipped).size / 1000)} kB`);
}

/** In a copy, because node-gyp has one folder for all. */
function crossBuild(target) {
  const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  try {
    for (const each of ['addon', 'binding.gyp', 'package.json', 'scripts']) {
      cpSync(join(root, each), join(folder, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const parameters = ['--loglevel=warn', `--arch=${target.arch}`];
    runQuietly('npm', ['run', '--silent', 'build:native', '--', ...parameters], {
      cwd: folder,
      env: { ...process.env, ...target.compiler.commands(folder) },
    });
    ship(join(folder, FILE), target, target.compiler.strip);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function prebuild(target) {
  const shipped = written(root, 'prebuilds', nameOf(target), 'posix_mqueue.node');
  if (shipped >= newestSource(root)) return;
  if (isOwn(target)) {
    ship(join(root, FILE), target, 'strip');
    return;
  }
  if (target.compiler.isThere()) {
    crossBuild(target);
    return;
  }
  console.error(`No binary for ${nameOf(target)}: ${target.compiler.advice}`);
  if (isForAll) process.exitCode = 1;
}

if (process.platform === 'linux') {
  prebuild(own);
  // A machine with musl makes its own only.
  const others = isForOwn || own.libc === 'musl' ? [] : TARGETS.filter((each) => !isOwn(each));
  for (const target of others) prebuild(target);
}
