// Runs the tests with the addon built for a sanitizer: `address` (with undefined behaviour and leaks) or
// `thread`. In a copy, so that the checkout keeps its own build. What follows goes to mocha.
import { spawnSync, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildCopy } from './build-copy.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const suppressions = join(root, 'scripts', 'sanitizers');

const kinds = {
  address: {
    build: 'address,undefined',
    library: 'libasan.so',
    environment: (log) => ({
      ASAN_OPTIONS: `detect_leaks=1:exitcode=0:log_path=${log}`,
      LSAN_OPTIONS: `print_suppressions=0:suppressions=${join(suppressions, 'lsan.supp')}`,
      UBSAN_OPTIONS: `print_stacktrace=1:log_path=${log}`,
    }),
  },
  thread: {
    build: 'thread',
    library: 'libtsan.so',
    environment: (log) => ({
      TSAN_OPTIONS: `exitcode=0:log_path=${log}:suppressions=${join(suppressions, 'tsan.supp')}`,
    }),
  },
};

const [kind, ...parameters] = process.argv.slice(2);
const sanitizer = kinds[kind];
if (sanitizer === undefined) {
  console.error(`usage: node scripts/sanitize.mjs ${Object.keys(kinds).join('|')} [mocha options]`);
  process.exit(2);
}

// Frames with a source line have no file name of the library.
const OURS = /posix_mqueue\.node|mqueue::|\/addon\/\w+\.(cc|h):/;
// What the addon calls, and the sanitizer's own functions in its place.
const CALLED =
  /libtsan|libsanitizer|libc\.so|libc\+\+|libstdc\+\+|libpthread|#\d+ (0x\w+ in )?(void )?std::/;

function framesOf(stack) {
  return stack.match(/^\s+#\d+ .*$/gm) ?? [];
}

/**
 * Whether an error is ours: the addon is in one of its stacks. A leak is one stack, and what V8 allocated for
 * itself meanwhile, which it does not free in a process that is made to exit, is its own; what Node-API
 * allocated for the addon is ours.
 */
function isOurError(report) {
  if (!OURS.test(report)) return false;
  const allocator = framesOf(report).find((frame) => !CALLED.test(frame)) ?? '';
  return !/^(Direct|Indirect) leak/m.test(report) || !/ in (void )?v8::/.test(allocator);
}

/**
 * Whether a race is ours: the addon itself, or what it called, made one of the accesses. Its frames are
 * further up in races of Node's own as well, where JavaScript was called.
 */
function isOurRace(report) {
  return report
    .split(/\n\s*\n/)
    .map((stack) => framesOf(stack).find((frame) => !CALLED.test(frame)))
    .some((frame) => frame !== undefined && OURS.test(frame));
}

function reportsOf(folder) {
  const isThread = kind === 'thread';
  const reports = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return text.split(isThread ? /^={18}$/m : /\n\n/);
  });
  const real = reports.filter((each) => /^\s*#0 /m.test(each) || each.includes('runtime error'));
  const isOurs = isThread ? isOurRace : isOurError;
  return { all: real.length, ours: real.filter(isOurs) };
}

const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
let status = 1;
try {
  buildCopy(folder, `-Dsanitize=${sanitizer.build}`);
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  const library = execFileSync('g++', [`-print-file-name=${sanitizer.library}`])
    .toString()
    .trim();
  const tests = spawnSync(
    process.execPath,
    [join('node_modules', 'mocha', 'bin', 'mocha.js'), ...parameters],
    {
      cwd: folder,
      stdio: 'inherit',
      env: {
        ...process.env,
        SANITIZER: kind,
        LD_PRELOAD: library,
        ...sanitizer.environment(join(logs, 'report')),
      },
    },
  );
  const { all, ours } = reportsOf(logs);
  for (const each of ours) console.error(each);
  console.log(`${kind}: ${ours.length} reports of the addon, ${all - ours.length} others`);
  status = ours.length > 0 ? 1 : (tests.status ?? 1);
} finally {
  if (process.env.KEEP_SANITIZED === undefined) rmSync(folder, { recursive: true, force: true });
  else console.log(folder);
}
process.exit(status);
