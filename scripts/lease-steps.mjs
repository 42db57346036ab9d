// Runs the tests that kill a worker at each step between a receive and the end of its work, by an addon that is built to
// be killed there. What follows goes to mocha.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCopy } from './build-copy.mjs';

const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
let status = 1;
try {
  buildCopy(folder, '-Dfaults=1');
  const tests = spawnSync(
    process.execPath,
    [
      join('node_modules', 'mocha', 'bin', 'mocha.js'),
      '--no-config',
      '--timeout',
      '60000',
      join('out', 'test', 'faults', 'leases.test.js'),
      '--grep',
      'at one step',
      ...process.argv.slice(2),
    ],
    { cwd: folder, stdio: 'inherit', env: { ...process.env, ADDON_FAULTS: '1' } },
  );
  status = tests.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(status);
