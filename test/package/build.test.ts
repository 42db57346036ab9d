import assert from 'node:assert/strict';
import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSanitized } from '../support/sanitizer.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('building the addon', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function check(...parameters: string[]): SpawnSyncReturns<string> {
    const script = join(root, 'scripts', 'check-symbols.mjs');
    return spawnSync(process.execPath, [script, ...parameters], { encoding: 'utf8' });
  }

  function compile(output: string, source: string, ...more: string[]): string {
    const file = join(folder, 'source.c');
    const library = join(folder, output);
    writeFileSync(file, source);
    execFileSync('g++', [
      '-x',
      'c',
      '-shared',
      '-fPIC',
      file,
      '-x',
      'none',
      '-o',
      library,
      ...more,
    ]);
    return library;
  }

  it('gives a binary that loads with the libraries that Node itself needs', function () {
    if (isSanitized) this.skip();
    const { status, stderr } = check(join(root, 'build', 'Release', 'posix_mqueue.node'));
    assert.deepEqual([status, stderr], [0, '']);
  });

  it('is told when a binary needs a newer version of a library, or another library', () => {
    const versions = join(folder, 'versions');
    writeFileSync(versions, 'GLIBC_2.29 { global: late; };');
    const soname = '-Wl,-soname,libother.so.1';
    const script = `-Wl,--version-script=${versions}`;
    const library = compile('libother.so', 'int late(void) { return 0; }', soname, script);
    const caller = 'int late(void); int call(void) { return late(); }';
    const { status, stderr } = check(compile('caller.node', caller, library));
    assert.equal(status, 1);
    assert.match(stderr, /needs GLIBC_2\.29 \(late\)/);
    assert.match(stderr, /needs the library libother\.so\.1/);
    assert.match(stderr, /exports call\./);
  });

  it('is told when a binary for musl needs more than its C library', () => {
    const one = compile(
      'musl.node',
      'int napi_register_module_v1(void) { return 0; }',
      '-nostdlib',
    );
    assert.deepEqual([check('--musl', one).status, check('--musl', one).stderr], [0, '']);
    const { status, stderr } = check('--musl', join(root, 'build', 'Release', 'posix_mqueue.node'));
    assert.equal(status, 1);
    assert.match(stderr, /needs the library libstdc\+\+\.so\.6/);
  });

  it('names what is missing and how to install it, also where npm is to be silent', () => {
    const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
    symlinkSync(process.execPath, join(folder, 'node'));
    symlinkSync('/bin/sh', join(folder, 'sh'));
    const { npm_config_python: _, PYTHON: __, CXX: ___, MAKE: ____, ...others } = process.env;
    const environment = { ...others, PATH: folder };
    const { status, stderr } = spawnSync(npm, ['run', '--silent', 'build:native'], {
      cwd: root,
      encoding: 'utf8',
      env: environment,
    });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /g\+\+, make, python3 not on the PATH/);
    assert.match(stderr, /apt-get install g\+\+ make python3/);
  });
});
