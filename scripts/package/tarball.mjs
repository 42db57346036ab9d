import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Packs the checkout into `folder` as for publishing: the path of the tarball. */
export function pack(root, folder) {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return join(
    folder,
    readdirSync(folder).find((file) => file.endsWith('.tgz')),
  );
}

/** What is wrong with its list of files, where it is to have the binaries of these systems: sentences. */
export function missingFiles(root, tarball, systems) {
  const text = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  const files = new Set(text.split('\n').map((path) => path.replace(/^package\//, '')));
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entries = Object.values(exports).map((path) => path.replace('./', ''));
  const needed = [
    ...entries,
    ...entries.filter((path) => path.endsWith('.js')).map((path) => path.replace(/js$/, 'd.ts')),
    'addon/posix_mqueue.gypi',
    'clients/vectors.json',
    'scripts/build-native.mjs',
    ...systems.map((name) => `prebuilds/${name}/posix_mqueue.node`),
  ];
  const problems = needed.filter((path) => !files.has(path)).map((path) => `${path} is missing`);
  // Lock files do not keep "gypfile": false, and npm ci would build.
  if (files.has('binding.gyp')) problems.push('binding.gyp is at the root');
  return problems;
}
