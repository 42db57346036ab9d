// Tells whether an addon loads where Node itself does: with glibc 2.28 and the libstdc++ of GCC 8, or with any musl;
// and whether it offers the process no more than what addon/exports.map names.
//   node scripts/check-symbols.mjs [--musl] FILE...
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// What Node's own binaries need, see BUILDING.md of Node.
const NEWEST = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '7.0.0' };
const LIBRARIES = {
  glibc:
    /^(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libstdc\+\+\.so\.6|libgcc_s\.so\.1|ld-linux-[\w-]+\.so\.\d)$/,
  // Every musl is loaded by this name. Which libstdc++ a system with musl has, if any, nobody knows.
  musl: /^libc\.so$/,
};
const MAP = new URL('../addon/exports.map', import.meta.url);

function isNewer(version, than) {
  const [left, right] = [version, than].map((each) => each.split('.').map(Number));
  const place = left.findIndex((number, index) => number !== right[index]);
  return place >= 0 && left[place] > (right[place] ?? -1);
}

function readelf(file) {
  // It reads the files of every architecture, where objdump may not.
  const { stdout, stderr, error, status } = spawnSync(
    'readelf',
    ['--wide', '--dynamic', '--dyn-syms', '--version-info', file],
    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 2 ** 26 },
  );
  if (error !== undefined) throw new Error(`readelf: ${error.message}. Install binutils`);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function isTooNew(version) {
  const [, family, number] = /^([A-Z]+)_([\d.]+)$/.exec(version) ?? [];
  // A version without a number, such as GLIBC_ABI_DT_RELR, is newer than all of these.
  return NEWEST[family] === undefined || isNewer(number, NEWEST[family]);
}

function newVersions(text) {
  const symbols = [...text.matchAll(/ UND (\S+)@(\S+)/g)];
  const needed = [...text.matchAll(/ Name: (\S+) +Flags/g)].map(([, version]) => version);
  return [...new Set(needed)].filter(isTooNew).map((version) => {
    const users = symbols.filter((each) => each[2] === version).map(([, symbol]) => symbol);
    return `it needs ${version} (${users.join(', ') || 'as a whole'})`;
  });
}

function otherLibraries(text, allowed) {
  return [...text.matchAll(/\(NEEDED\).*\[(.+)\]/g)]
    .map(([, library]) => library)
    .filter((library) => !allowed.test(library))
    .map((library) => `it needs the library ${library}`);
}

function otherExports(text) {
  const [, named] = /global:([^:]*;)/.exec(readFileSync(MAP, 'utf8'));
  const names = new Set(named.match(/\w+/g));
  return [...text.matchAll(/ (?:GLOBAL|WEAK|UNIQUE) +DEFAULT +\d+ ([^\s@]+)/g)]
    .map(([, symbol]) => symbol)
    .filter((symbol) => !names.has(symbol))
    .map((symbol) => `it exports ${symbol}`);
}

/** Why the addon in this file would not load everywhere, or would get into others' way: a list of sentences. */
export function misfits(file, libc) {
  const text = readelf(file);
  return [...newVersions(text), ...otherLibraries(text, LIBRARIES[libc]), ...otherExports(text)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { musl: { type: 'boolean', default: false } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  for (const file of positionals) {
    for (const problem of misfits(file, values.musl ? 'musl' : 'glibc')) {
      console.error(`${file}: ${problem}. See addon/old_libraries.h and addon/exports.map`);
      process.exitCode = 1;
    }
  }
}
