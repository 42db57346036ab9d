// Runs the tests with the binary for arm64 on a machine that is none: Node for arm64 under qemu, file by file.
//   node scripts/test-arm64.mjs [ROOM or FILE of out/test ...]
// Needs, on Debian: apt-get install g++-aarch64-linux-gnu qemu-user
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeNode } from './arm64/node.mjs';
import { copyCheckout } from './build-copy.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BINARY = join('prebuilds', 'linux-arm64-glibc', 'posix_mqueue.node');
const ROOMS = ['native', 'queue', 'codec', 'streams', 'rxjs', 'transport', 'rpc', 'service'];
/** Milliseconds: qemu takes 10 to 20 times as long as the machine itself, and a child process two seconds to begin. */
const TEST = 120_000;
const FILE = 300_000;

function filesIn(folder, place) {
  const path = join(folder, 'out', 'test', place);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => join(path, file))
    .toSorted();
}

/** What mocha's reporter `json` wrote, or undefined where it came to no end. */
function runFile(folder, node, file) {
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const parameters = ['--no-config', '--timeout', String(TEST), '--exit', '--reporter', 'json'];
  const { stdout, stderr, status, signal, error } = spawnSync(
    'unshare',
    ['--ipc', node, mocha, ...parameters, relative(folder, file)],
    {
      cwd: folder,
      encoding: 'utf8',
      timeout: FILE,
      killSignal: 'SIGKILL',
      maxBuffer: 2 ** 26,
      env: { ...process.env, EMULATED: 'qemu' },
    },
  );
  const begin = stdout.search(/^\{\n {2}"stats"/m);
  if (begin >= 0) return JSON.parse(stdout.slice(begin));
  console.log(error?.message ?? signal ?? `exit code ${status}`);
  console.log(`${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n'));
  return undefined;
}

const given = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
try {
  if (statSync(join(root, BINARY), { throwIfNoEntry: false }) === undefined) {
    throw new Error(`${BINARY} is missing: npm run prebuilds`);
  }
  const copy = join(folder, 'copy');
  copyCheckout(copy);
  cpSync(join(root, BINARY), join(copy, 'build', 'Release', 'posix_mqueue.node'));
  const node = makeNode(folder);
  const all = { passes: 0, failures: 0, pending: 0 };
  let unfinished = 0;
  for (const file of (given.length > 0 ? given : ROOMS).flatMap((each) => filesIn(copy, each))) {
    const name = relative(join(copy, 'out', 'test'), file);
    const report = runFile(copy, node, file);
    if (report === undefined) {
      unfinished += 1;
      console.log(`${name}: came to no end`);
      continue;
    }
    const { passes, failures, pending, duration } = report.stats;
    for (const kind of Object.keys(all)) all[kind] += report.stats[kind];
    console.log(
      `${name}: ${passes} passed, ${failures} failed, ${pending} skipped (${duration} ms)`,
    );
    for (const { fullTitle, err } of report.failures) {
      console.log(
        `  failed: ${fullTitle}\n    ${err.message.split('\n').slice(0, 6).join('\n    ')}`,
      );
    }
  }
  console.log(`${all.passes} passed, ${all.failures} failed, ${all.pending} skipped`);
  if (all.failures + unfinished > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
