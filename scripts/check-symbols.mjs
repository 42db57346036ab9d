// Tells whether an addon loads where Node itself does: with glibc 2.28 and the libstdc++ of GCC 8.
//   node scripts/check-symbols.mjs FILE...
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// What Node's own binaries need, see BUILDING.md of Node.
const NEWEST = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '7.0.0' };
const LIBRARIES =
  /^(libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libstdc\+\+\.so\.6|libgcc_s\.so\.1|ld-linux-[\w-]+\.so\.\d)$/;

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
    { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } },
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

/** What the addon in this file needs that is too new: a list of sentences, empty when it loads everywhere. */
export function tooNew(file) {
  const text = readelf(file);
  const symbols = [...text.matchAll(/ UND (\S+)@(\S+)/g)];
  const needed = [...text.matchAll(/ Name: (\S+) +Flags/g)].map(([, version]) => version);
  const versions = [...new Set(needed)].filter(isTooNew).map((version) => {
    const users = symbols.filter((each) => each[2] === version).map(([, symbol]) => symbol);
    return `it needs ${version} (${users.join(', ') || 'as a whole'})`;
  });
  const libraries = [...text.matchAll(/\(NEEDED\).*\[(.+)\]/g)]
    .map(([, library]) => library)
    .filter((library) => !LIBRARIES.test(library))
    .map((library) => `it needs the library ${library}`);
  return [...versions, ...libraries];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const file of process.argv.slice(2)) {
    for (const problem of tooNew(file)) {
      console.error(`${file}: ${problem}. See addon/old_libraries.h`);
      process.exitCode = 1;
    }
  }
}
