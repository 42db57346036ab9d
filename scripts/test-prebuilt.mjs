// Runs the tests with a binary of prebuilds/, also with one for another machine than this:
//   node scripts/test-prebuilt.mjs linux-arm64-glibc [ROOM or FILE of out/test ...] [--grep PART of a title]
//     under qemu: on Debian, apt-get install g++-aarch64-linux-gnu qemu-user
//   NODE_MUSL_X64=/path/to/node node scripts/test-prebuilt.mjs linux-x64-musl ...
//     with a Node for musl, which npm does not have
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isEmulated, nodeFor, variableFor } from './binaries/node.mjs';
import { runFiles } from './binaries/run-files.mjs';
import { copyCheckout } from './build-copy.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = ['native', 'queue', 'codec', 'streams', 'rxjs', 'transport', 'rpc', 'service'];
/** What the tests load besides, and has a binary of its own. */
const PACKAGES = ['node-unix-socket'];

function filesIn(folder, place) {
  const path = join(folder, 'out', 'test', place);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => join(path, file))
    .toSorted();
}

/** Of each room the files that were asked for, which share a process. */
function byRoom(folder, places) {
  const rooms = new Map();
  for (const file of places.flatMap((place) => filesIn(folder, place))) {
    const [room] = relative(join(folder, 'out', 'test'), file).split('/');
    rooms.set(room, [...(rooms.get(room) ?? []), file]);
  }
  return rooms;
}

const seconds = (milliseconds) => `${Math.round(milliseconds / 1000)} s`;

/** The lines of one file, and what is added to the totals. */
function tell(name, { passed, skipped, failures, stuck, milliseconds }) {
  const counts = `${passed} passed, ${failures.length} failed, ${skipped} skipped`;
  console.log(`${name}: ${counts} (${seconds(milliseconds)})`);
  for (const { title, message } of failures) {
    console.log(`  failed: ${title}\n    ${message?.split('\n').slice(0, 12).join('\n    ')}`);
  }
  if (stuck === undefined) return;
  console.log(`  came to no end (${stuck.how}): ${stuck.title}`);
  console.log(`    ${stuck.output.trim().split('\n').slice(-15).join('\n    ')}`);
}

const {
  values,
  positionals: [name = '', ...places],
} = parseArgs({
  options: { grep: { type: 'string' } },
  allowPositionals: true,
});
const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const binary = join(root, 'prebuilds', name, 'posix_mqueue.node');
if (statSync(binary, { throwIfNoEntry: false }) === undefined) {
  throw new Error(`${binary} is missing. Name another one, or make it: npm run prebuilds`);
}
const node = nodeFor(name, folder, PACKAGES);
if (node === undefined) {
  throw new Error(`there is no Node for ${name} here. Name one: ${variableFor(name)}=/path`);
}
const environment = isEmulated(name) ? { ...process.env, EMULATED: 'qemu' } : process.env;
const copy = join(folder, 'copy');
copyCheckout(copy);
cpSync(binary, join(copy, 'build', 'Release', 'posix_mqueue.node'));
const totals = new Map();
const machine = { root, copy, folder, node, environment, grep: values.grep };
for (const [room, files] of byRoom(copy, places.length > 0 ? places : ROOMS)) {
  const total = { passed: 0, failed: 0, skipped: 0, endless: 0 };
  totals.set(room, total);
  for await (const result of runFiles(machine, files)) {
    tell(relative(join(copy, 'out', 'test'), result.file), result);
    total.passed += result.passed;
    total.failed += result.failures.length;
    total.skipped += result.skipped;
    total.endless += result.stuck === undefined ? 0 : 1;
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
