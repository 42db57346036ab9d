// Whether TypeScript finds the types of each door, whatever way it looks for modules (are-the-types-wrong), of the package as it
// would be published.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pack } from '../scripts/package/tarball.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
try {
  const tarball = pack(join(folder, '..'), temporary);
  // What cannot be told for a package of ES modules alone is not asked.
  const parameters = [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'];
  execFileSync(join(folder, 'node_modules', '.bin', 'attw'), parameters, { stdio: 'inherit' });
} catch (error) {
  if (error.status === undefined) throw error;
  process.exitCode = 1;
} finally {
  rmSync(temporary, { recursive: true });
}
