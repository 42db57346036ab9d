import assert from 'node:assert/strict';
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const BEFORE = `# Changelog

## Unreleased

### Added

- A thing that costs $& and $1.

## 1.1.0 - 2026-01-02

- The first.
`;

describe('npm run release', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    for (const file of ['scripts/release.mjs', 'scripts/release']) {
      cpSync(join(root, file), join(folder, file), { recursive: true });
    }
    const manifest = { name: 'posix-mqueue', version: '1.1.0' };
    write('package.json', JSON.stringify(manifest));
    write('package-lock.json', JSON.stringify({ ...manifest, packages: { '': manifest } }));
    write('CHANGELOG.md', BEFORE);
    git('init', '--quiet', '--initial-branch', 'main');
    for (const name of ['user.name', 'user.email']) git('config', name, 'somebody');
    for (const name of ['commit.gpgSign', 'tag.gpgSign']) git('config', name, 'false');
    git('add', '.');
    git('commit', '--quiet', '--message', 'Before');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function read(file: string): string {
    return readFileSync(join(folder, file), 'utf8');
  }

  function write(file: string, text: string): void {
    writeFileSync(join(folder, file), text);
  }

  function git(...parameters: string[]): string {
    return execFileSync('git', parameters, { cwd: folder, encoding: 'utf8' }).trim();
  }

  function release(...parameters: string[]): SpawnSyncReturns<string> {
    const script = join(folder, 'scripts', 'release.mjs');
    return spawnSync(process.execPath, [script, ...parameters], { encoding: 'utf8' });
  }

  /** It is refused in these words, and nothing has changed. */
  function refused(words: RegExp, ...parameters: string[]): void {
    const before = [git('status', '--porcelain'), git('log', '--oneline'), git('tag')];
    const { status, stderr } = release(...parameters);
    assert.equal(status, 1, stderr);
    assert.match(stderr, words);
    assert.doesNotMatch(stderr, /^ +at /m);
    const after = [git('status', '--porcelain'), git('log', '--oneline'), git('tag')];
    assert.deepEqual(after, before);
  }

  it('moves what is unreleased under the version and the day, sets the version, commits and tags', () => {
    const { status, stdout, stderr } = release('minor');
    assert.deepEqual([status, stderr], [0, '']);
    const [heading = ''] = /^## 1\.2\.0 - \d{4}-\d\d-\d\d$/m.exec(read('CHANGELOG.md')) ?? [];
    assert.notEqual(heading, '', read('CHANGELOG.md'));
    assert.equal(
      read('CHANGELOG.md'),
      BEFORE.replace('## Unreleased', `## Unreleased\n\n${heading}`),
    );
    const lock = JSON.parse(read('package-lock.json')) as {
      version: string;
      packages: { '': { version: string } };
    };
    const { version } = JSON.parse(read('package.json')) as { version: string };
    assert.deepEqual([version, lock.version, lock.packages[''].version], Array(3).fill('1.2.0'));
    assert.equal(git('status', '--porcelain'), '');
    assert.equal(git('log', '-1', '--format=%s'), 'Version 1.2.0');
    assert.equal(git('rev-parse', 'v1.2.0^{commit}'), git('rev-parse', 'HEAD'));
    assert.match(stdout, /git push --atomic origin main v1\.2\.0/);
  });

  it('releases the version that package.json has already, where it was never released', () => {
    assert.equal(release('1.1.0').status, 0);
    assert.equal(git('tag'), 'v1.1.0');
  });

  it('says in a dry run what it would do, and does nothing', () => {
    const before = git('log', '--oneline');
    const { status, stdout } = release('1.2.0', '--dry-run');
    assert.equal(status, 0);
    assert.match(stdout, /tag v1\.2\.0 on main/);
    assert.match(stdout, /## 1\.2\.0 - .*\n\n### Added\n\n- A thing that costs \$& and \$1\.\n/);
    assert.doesNotMatch(stdout, /The first/);
    assert.deepEqual(
      [git('status', '--porcelain'), git('log', '--oneline'), git('tag')],
      ['', before, ''],
    );
  });

  it('refuses a tree that is not clean', () => {
    appendFileSync(join(folder, 'CHANGELOG.md'), '\n- More.\n');
    refused(/tree is not clean.*CHANGELOG\.md/s, 'minor');
  });

  for (const [what, text, words] of [
    ['without what is unreleased', BEFORE.replace('## Unreleased', '## Later'), /has no section/],
    ['that says nothing of it', BEFORE.replace(/^- A.*$/m, ''), /is empty/],
  ] as const) {
    it(`refuses a changelog ${what}`, () => {
      write('CHANGELOG.md', text);
      git('commit', '--quiet', '--all', '--message', 'The changelog');
      refused(words, 'minor');
    });
  }

  it('refuses a version that is older, or tagged, or none', () => {
    git('tag', 'v1.10.0');
    refused(/1\.0\.9 is older than 1\.1\.0/, '1.0.9');
    refused(/tag v1\.10\.0 is there already/, '1.10.0');
    refused(/"next week" is no version/, 'next week');
  });

  it('refuses where no branch would have the commit', () => {
    git('switch', '--quiet', '--detach');
    refused(/on no branch/, 'minor');
  });

  it('tells how it is called', () => {
    for (const parameters of [[], ['minor', 'major'], ['minor', '--force']]) {
      const { status, stderr } = release(...parameters);
      assert.equal(status, 2);
      assert.match(stderr, /usage: npm run release -- VERSION/);
    }
  });
});
