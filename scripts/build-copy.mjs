// A copy of the checkout whose addon is built in another way, so that the checkout keeps its own build.
import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Makes the copy in a folder, without a build of its own. */
export function copyCheckout(folder) {
  for (const each of [
    'addon',
    'binding.gyp',
    'dist',
    'out',
    'package.json',
    'scripts',
    '.mocharc.json',
  ]) {
    cpSync(join(root, each), join(folder, each), { recursive: true });
  }
  for (const each of [
    '.github',
    'node_modules',
    'test',
    'lib',
    'clients',
    'examples',
    'docs',
    'README.md',
  ]) {
    symlinkSync(join(root, each), join(folder, each));
  }
}

/** Makes the copy in an empty folder, with the addon. `define`: for gyp, such as `-Dsanitize=thread`. */
export function buildCopy(folder, define) {
  copyCheckout(folder);
  const built = spawnSync(
    'npm',
    ['run', '--silent', 'build:native', '--', '--loglevel=warn', '--', define],
    { cwd: folder, stdio: 'inherit' },
  );
  if (built.status !== 0) throw new Error('the addon could not be built');
}
