// Runs the tests with the binary for arm64 on a machine that is none: Node for arm64 under qemu, file by file.
//   node scripts/test-arm64.mjs [ROOM or FILE of out/test ...] [--grep PART of a title]
// Needs, on Debian: apt-get install g++-aarch64-linux-gnu qemu-user
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeNode } from './arm64/node.mjs';
import { runFile } from './arm64/run-file.mjs';
import { copyCheckout } from './build-copy.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const BINARY = join('prebuilds', 'linux-arm64-glibc', 'posix_mqueue.node');
const ROOMS = ['native', 'queue', 'codec', 'streams', 'rxjs', 'transport', 'rpc', 'service'];

function filesIn(folder, place) {
  const path = join(folder, 'out', 'test', place);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => join(path, file))
    .toSorted();
}

const seconds = (milliseconds) => `${Math.round(milliseconds / 1000)} s`;

/** The lines of one file, and what is added to the totals. */
function tell(name, { passed, skipped, failures, stuck, milliseconds, output }) {
  const counts = `${passed} passed, ${failures.length} failed, ${skipped} skipped`;
  console.log(`${name}: ${counts} (${seconds(milliseconds)})`);
  for (const { title, message } of failures) {
    console.log(`  failed: ${title}\n    ${message?.split('\n').slice(0, 12).join('\n    ')}`);
  }
  if (stuck === undefined) return;
  console.log(`  came to no end (${stuck.how}): ${stuck.title}`);
  console.log(`    ${output.trim().split('\n').slice(-15).join('\n    ')}`);
}

const { values, positionals } = parseArgs({
  options: { grep: { type: 'string' } },
  allowPositionals: true,
});
const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

if (statSync(join(root, BINARY), { throwIfNoEntry: false }) === undefined) {
  throw new Error(`${BINARY} is missing: npm run prebuilds`);
}
const copy = join(folder, 'copy');
copyCheckout(copy);
cpSync(join(root, BINARY), join(copy, 'build', 'Release', 'posix_mqueue.node'));
const node = makeNode(folder);
const totals = new Map();
for (const place of positionals.length > 0 ? positionals : ROOMS) {
  for (const file of filesIn(copy, place)) {
    const name = relative(join(copy, 'out', 'test'), file);
    const result = await runFile({ root, copy, folder, node, file, grep: values.grep });
    tell(name, result);
    const room = name.split('/')[0];
    const total = totals.get(room) ?? { passed: 0, failed: 0, skipped: 0, endless: 0 };
    total.passed += result.passed;
    total.failed += result.failures.length;
    total.skipped += result.skipped;
    total.endless += result.stuck === undefined ? 0 : 1;
    totals.set(room, total);
  }
}
const all = { passed: 0, failed: 0, skipped: 0, endless: 0 };
for (const total of totals.values()) for (const kind in all) all[kind] += total[kind];
for (const [room, { passed, failed, skipped, endless }] of [...totals, ['all', all]]) {
  console.log(
    `${room}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${endless} came to no end`,
  );
}
if (all.failed + all.endless > 0) process.exitCode = 1;
