import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { familySync } from 'detect-libc';
import { FILE, prebuiltFor } from '../support/prebuilt.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const built = join(root, 'build', 'Release', FILE);
/** Only such a one says so, and has assets. */
const EXECUTABLE = `
  const real = process.getBuiltinModule;
  process.getBuiltinModule = (id) => (id === 'node:sea' ? sea : real(id));`;
const prebuilt = prebuiltFor(familySync() ?? '');

// Its code in files of other names is what a bundler makes, as far as finding the addon goes.
describe('code that was bundled', () => {
  let folder: string;
  /** Where the code is that looks for the addon. */
  let place: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    cpSync(join(root, 'dist'), join(folder, 'bundle'), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    const fastest = join('node_modules', 'fastest-levenshtein');
    symlinkSync(join(root, fastest), join(folder, fastest));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    place = join(folder, 'bundle', 'native');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function put(...path: string[]): void {
    const file = join(...path);
    mkdirSync(dirname(file), { recursive: true });
    cpSync(built, file);
  }

  /** As a bundler to CommonJS does it. */
  function takeUrlAway(): void {
    const path = join(place, 'find-addon.js');
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('import.meta.url', 'undefined'));
  }

  /** The file of the addon that is loaded, or why none is; `before` it is imported. */
  function found(before = ''): string {
    const program = `
      ${before}
      const { addonFile } = await import('./bundle/native/native.js');
      const { MessageQueue } = await import('./bundle/index.js');
      try {
        console.log(addonFile());
        MessageQueue.unlink('/posix-mqueue-none');
      } catch (error) {
        console.log(error.code);
      }`;
    const parameters = ['--input-type=module', '--eval', program];
    const env = { ...process.env, TMPDIR: join(folder, 'temporary') };
    mkdirSync(env.TMPDIR, { recursive: true });
    return execFileSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8', env });
  }

  it('finds the addon beside itself', () => {
    put(place, FILE);
    assert.equal(found(), `${join(place, FILE)}\nENOENT\n`);
  });

  it('finds it beside itself where there is no import.meta', () => {
    put(place, FILE);
    takeUrlAway();
    const name = JSON.stringify(join(place, 'bundle.cjs'));
    assert.equal(found(`globalThis.__filename = ${name};`), `${join(place, FILE)}\nENOENT\n`);
  });

  it('finds it among those of other systems', () => {
    put(place, prebuilt);
    assert.equal(found(), `${join(place, prebuilt)}\nENOENT\n`);
  });

  it('tells the C library by the file of Node, where there is no package for that', () => {
    for (const [family, loader] of [
      ['musl', '/lib/ld-musl-x86_64.so.1'],
      ['glibc', '/lib64/ld-linux-x86-64.so.2'],
    ] as const) {
      put(place, prebuiltFor(family));
      writeFileSync(join(folder, family), `\x7fELF and more\0${loader}\0`);
    }
    const loaded = ['musl', 'glibc'].map((family) =>
      found(`process.execPath = ${JSON.stringify(join(folder, family))};`),
    );
    assert.deepEqual(
      loaded,
      ['musl', 'glibc'].map((family) => `${join(place, prebuiltFor(family))}\nENOENT\n`),
    );
  });

  it('finds that of the package that is installed', () => {
    const installed = join(folder, 'node_modules', 'posix-mqueue');
    put(installed, prebuilt);
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    assert.equal(found(), `${join(installed, prebuilt)}\nENOENT\n`);
  });

  it('has it as an asset of a single executable, and leaves no file behind', () => {
    const file = JSON.stringify(built);
    const before = `
      import { readFileSync } from 'node:fs';
      const sea = {
        isSea: () => true,
        getRawAsset(name) {
          if (name !== '${FILE}') throw new Error('no such asset');
          const bytes = readFileSync(${file});
          return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
        },
      };
`;
    const [loaded = '', code] = found(before + EXECUTABLE).split('\n');
    assert.equal(code, 'ENOENT');
    assert.equal(dirname(dirname(loaded)), join(folder, 'temporary'));
    assert.deepEqual(readdirSync(join(folder, 'temporary')), []);
  });

  it('is an executable without that asset: an error tells what to do', () => {
    const sea = `const sea = { isSea: () => true, getRawAsset() { throw new Error('none'); } };`;
    assert.equal(found(sea + EXECUTABLE), 'ERR_MQ_UNSUPPORTED\n');
  });
});
