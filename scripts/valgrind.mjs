// Runs what the addon does under valgrind: invalid reads and writes, and memory that nothing points to
// any more. Reports count where the addon is in the stack; Node's own are its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
const run = spawnSync(
  'valgrind',
  [
    '--leak-check=full',
    '--show-leak-kinds=definite',
    '--errors-for-leak-kinds=definite',
    '--num-callers=40',
    `--log-file=${join(folder, 'report.%p')}`,
    process.execPath,
    '--jitless',
    join(root, 'out', 'test', 'fixtures', 'exercises.js'),
  ],
  { stdio: 'inherit' },
);
if (run.error !== undefined) {
  console.error(`valgrind: ${run.error.message}. Install it (on Debian: apt-get install valgrind)`);
  process.exit(2);
}
const reports = readdirSync(folder)
  .flatMap((file) => readFileSync(join(folder, file), 'utf8').split(/^==\d+== \n/m))
  .filter((each) => /==\s+(at|by) 0x/.test(each));
const ours = reports.filter(
  (each) => each.includes('posix_mqueue.node') || each.includes('mqueue::'),
);
rmSync(folder, { recursive: true });
for (const each of ours) console.error(each);
console.log(
  `valgrind: ${ours.length} reports of the addon, ${reports.length - ours.length} others`,
);
process.exit(ours.length > 0 ? 1 : (run.status ?? 1));
