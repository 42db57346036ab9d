import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Tarball {
  missingFiles(this: void, root: string, tarball: string, systems: readonly string[]): string[];
}

interface Targets {
  readonly TARGETS: readonly { readonly arch: string; readonly libc: string }[];
  nameOf(this: void, target: { readonly arch: string; readonly libc: string }): string;
}

describe('the tarball', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** What is said of one with these binaries, and nothing else in it. */
  async function missing(...systems: string[]): Promise<string[]> {
    for (const system of systems) {
      const file = join(folder, 'package', 'prebuilds', system, 'posix_mqueue.node');
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
    }
    const tarball = join(folder, 'all.tgz');
    execFileSync('tar', ['-czf', tarball, '-C', folder, 'package']);
    const scripts = join(root, 'scripts');
    const { missingFiles } = (await import(join(scripts, 'package', 'tarball.mjs'))) as Tarball;
    const { TARGETS, nameOf } = (await import(join(scripts, 'binaries', 'targets.mjs'))) as Targets;
    return missingFiles(root, tarball, TARGETS.map(nameOf)).filter((each) =>
      each.startsWith('prebuilds/'),
    );
  }

  it('has a binary for each processor with each C library, or is told what it lacks', async () => {
    assert.deepEqual(await missing('linux-x64-glibc', 'linux-arm64-glibc', 'linux-x64-musl'), [
      'prebuilds/linux-arm64-musl/posix_mqueue.node is missing',
    ]);
    assert.deepEqual(await missing('linux-arm64-musl'), []);
  });
});
