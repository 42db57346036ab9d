import assert from 'node:assert/strict';
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('npm test with names', function () {
  // It loads mocha once more, on a machine that may be busy.
  this.timeout(30_000);

  function test(...parameters: string[]): SpawnSyncReturns<string> {
    const script = join(root, 'scripts', 'test.mjs');
    return spawnSync(process.execPath, [script, '--dry-run', ...parameters], {
      cwd: root,
      encoding: 'utf8',
    });
  }

  for (const name of ['test/rxjs/until.test.ts', './out/test/rxjs/until.test.js', 'test/rxjs/']) {
    it(`runs ${name} and nothing else`, () => {
      const { status, stdout } = test(name);
      assert.equal(status, 0);
      assert.match(stdout, /is checked/);
      assert.equal(stdout.includes('  toQueue\n'), name === 'test/rxjs/');
      assert.doesNotMatch(stdout, /npm test with names/);
    });
  }

  it('leaves options to mocha', () => {
    const { stdout } = test('test/rxjs/until.test.ts', '--grep', 'is checked', '--reporter', 'dot');
    assert.match(stdout, /1 passing/);
    assert.doesNotMatch(stdout, /is checked/);
  });

  it('says that a name is wrong', () => {
    const { status, stderr } = test('test/rxjs/untli.test.ts');
    assert.equal(status, 2);
    assert.match(stderr, /^No test is at test\/rxjs\/untli\.test\.ts/);
  });
});

describe('npm run build', () => {
  it('removes what was compiled of a source that is gone, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    const write = (file: string): void => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), '');
    };
    try {
      ['lib/a.ts', 'dist/a.js', 'dist/a.d.ts.map', 'dist/kept.json'].forEach(write);
      ['dist/gone.js', 'dist/gone.js.map', 'dist/gone.d.ts', 'out/test/b/gone.test.js'].forEach(
        write,
      );
      const script = pathToFileURL(join(root, 'scripts', 'left-over.mjs')).href;
      const code = `import { removeLeftOver } from '${script}'; removeLeftOver(process.argv[1])`;
      execFileSync(process.execPath, ['--input-type=module', '--eval', code, folder]);
      assert.deepEqual(readdirSync(join(folder, 'dist')).toSorted(), [
        'a.d.ts.map',
        'a.js',
        'kept.json',
      ]);
      assert.deepEqual(readdirSync(join(folder, 'out/test/b')), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
