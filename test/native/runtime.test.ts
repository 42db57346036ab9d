import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { familySync } from 'detect-libc';
import { checkRuntime, type Runtime } from '#dist/native/runtime.js';
import { errorLike } from '../support/code.js';
import { FILE, prebuiltFor } from '../support/prebuilt.js';
import { runsOthers, slowdown } from '../support/sanitizer.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const good: Runtime = { platform: 'linux', arch: 'x64', versions: { uv: '1.46.0' } };

describe('the runtime that the addon is loaded by', function () {
  this.timeout(30_000 * slowdown);

  it('is this one, or any other of 64 bits with libuv 1', () => {
    checkRuntime(process as Runtime);
    for (const arch of ['x64', 'arm64', 'riscv64', 's390x']) checkRuntime({ ...good, arch });
  });

  for (const [what, differs, text] of [
    ['another system', { platform: 'darwin' }, /Linux only.*darwin/],
    ['Bun', { versions: { uv: '1.48.0', bun: '1.4.0' } }, /Bun/],
    ['Deno', { versions: { uv: '1.43.0', deno: '2.9.0' } }, /Deno/],
    ['a 32-bit process', { arch: 'arm' }, /64-bit process.*arm/],
    ['another libuv', { versions: { uv: '2.0.0' } }, /needs libuv 1.*libuv 2\.0\.0/],
    ['another libuv, of many versions', { versions: { uv: '10.1.0' } }, /libuv 10\.1\.0/],
    ['no libuv', { versions: {} }, /has none/],
  ] as const) {
    it(`is not ${what}: refused with what to do`, () => {
      const expected = errorLike(Error, { code: 'ERR_MQ_UNSUPPORTED' }, text);
      assert.throws(() => {
        checkRuntime({ ...good, ...differs });
      }, expected);
    });
  }

  it('is not asked for a report, which looks up the names of all peers', () => {
    const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    const prebuilt = join(folder, prebuiltFor(familySync() ?? ''));
    mkdirSync(dirname(prebuilt), { recursive: true });
    cpSync(join(root, 'build', 'Release', FILE), prebuilt);
    for (const each of ['dist', 'package.json']) {
      cpSync(join(root, each), join(folder, each), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const program = `
      process.report.getReport = () => { throw new Error('a report was made'); };
      const { MessageQueue } = await import('./dist/index.js');
      try { MessageQueue.unlink('/posix-mqueue-none'); } catch (error) { console.log(error.code); }`;
    const parameters = ['--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder });
    rmSync(folder, { recursive: true });
    assert.deepEqual([stdout.toString(), stderr.toString()], ['ENOENT\n', '']);
  });
});

describe('the addon, compiled for 32 bits', () => {
  it('is refused in words', function () {
    // Reason: compilers for other machines do not know the option, and none may be there.
    if (!runsOthers || process.arch !== 'x64' || spawnSync('g++', ['--version']).status !== 0) {
      this.skip();
    }
    const header = join(root, 'addon', 'platform.h');
    const { status, stderr } = spawnSync('g++', ['-m32', '-fsyntax-only', header]);
    assert.notEqual(status, 0);
    assert.match(stderr.toString(), /posix-mqueue needs a 64-bit system/);
  });
});
