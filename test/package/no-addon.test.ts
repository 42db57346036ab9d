import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FILE, prebuiltFor } from '../support/prebuilt.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

function run(...parameters: string[]): string {
  return execFileSync(process.execPath, parameters, { cwd: root, encoding: 'utf8' });
}

describe('off Linux', () => {
  const reports = new Map<string, unknown>();

  before(function () {
    this.timeout(30_000);
    const fake = `Object.defineProperty(process, 'platform', { value: 'darwin' })`;
    const fixture = join(root, 'out', 'test', 'fixtures', 'elsewhere.js');
    const output = run('--import', `data:text/javascript,${encodeURIComponent(fake)}`, fixture);
    for (const line of output.trim().split('\n')) {
      const [what, value] = JSON.parse(line) as [string, unknown];
      reports.set(what, value);
    }
  });

  it('codecs, and Host and Worker over MemoryTransport work', () => {
    assert.deepEqual(reports.get('codec'), { a: 1 });
    assert.equal(reports.get('host'), 'task-1 processed');
  });

  for (const what of ['open', 'unlink', 'temporaryQueue', 'list', 'fromQueue']) {
    it(`${what} says that it needs Linux`, () => {
      const [code, message] = reports.get(what) as [string, string];
      assert.equal(code, 'ERR_MQ_UNSUPPORTED');
      assert.match(message, /Linux.*this is darwin/);
    });
  }
});

describe('the addon', () => {
  it('is loaded by the first queue that is opened, and by nothing before', () => {
    const fake = `process.dlopen = () => {
      console.log('["dlopen"]');
      throw new Error('nothing is loaded here');
    }`;
    const fixture = join(root, 'out', 'test', 'fixtures', 'elsewhere.js');
    const output = run('--import', `data:text/javascript,${encodeURIComponent(fake)}`, fixture);
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown[]);
    const whats = lines.map(([what]) => what);
    assert.deepEqual(whats.slice(0, 4), ['codec', 'host', 'dlopen', 'open']);
    assert.equal(whats.indexOf('dlopen'), whats.lastIndexOf('dlopen'));
    const [code, message] = (lines[3] as unknown[])[1] as [string, string];
    assert.equal(code, 'ERR_MQ_UNSUPPORTED');
    assert.match(message, /cannot load.*nothing is loaded here/);
  });
});

describe('where the addon is not found', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    mkdirSync(join(folder, 'node_modules'));
    // What has been bundled is there, and no rxjs.
    link('fastest-levenshtein');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function link(dependency: string): void {
    const path = join('node_modules', dependency);
    symlinkSync(join(root, path), join(folder, path));
  }

  /** Opens a queue with the package's code in this folder: the error's message. */
  function openIn(code: string): string {
    const index = JSON.stringify(join(folder, code, 'index.js'));
    const program = `
      import { MessageQueue, MessageQueueError } from ${index};
      try { MessageQueue.open('/no-such'); } catch (error) {
        const { code, syscall, queue } = error;
        if (error instanceof MessageQueueError && queue === '/no-such') {
          console.log(code, syscall, error.message);
        }
      }`;
    writeFileSync(join(folder, 'program.mjs'), program);
    return run(join(folder, 'program.mjs'));
  }

  function copyTo(code: string): void {
    cpSync(join(root, 'dist'), join(folder, code), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  }

  /** This machine's own addon, as the binary for another C library. */
  function put(family: string): void {
    const file = join(folder, prebuiltFor(family));
    mkdirSync(dirname(file), { recursive: true });
    cpSync(join(root, 'build', 'Release', FILE), file);
  }

  it('an import succeeds, and opening a queue tells how to build it', () => {
    copyTo('dist');
    link('detect-libc');
    assert.match(openIn('dist'), /^ERR_MQ_UNSUPPORTED mq_open .*npm run build:native/);
  });

  it('on musl it is the binary for musl that is looked for, and no other one is taken', () => {
    copyTo('dist');
    const libc = join(folder, 'node_modules', 'detect-libc');
    mkdirSync(libc);
    writeFileSync(
      join(libc, 'index.js'),
      `module.exports = { MUSL: 'musl', familySync: () => 'musl' };`,
    );
    put('glibc');
    const said = openIn('dist');
    assert.match(said, /^ERR_MQ_UNSUPPORTED .*no native addon for linux-\w+-musl.*on Alpine: apk/);
    put('musl');
    assert.match(openIn('dist'), /^ENOENT mq_open /);
  });

  it('tells that a bundle must leave the package out (ESM)', () => {
    copyTo('bundle');
    assert.match(openIn('bundle'), /bundled.*prebuilds\/linux-.*external.*--external:posix-mqueue/);
  });

  it('tells that a bundle must leave the package out (CommonJS, where there is no import.meta)', () => {
    copyTo('bundle');
    for (const file of [join('native', 'find-addon.js'), join('testing', 'open-waits.js')]) {
      const path = join(folder, 'bundle', file);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll('import.meta.url', 'undefined'));
    }
    assert.match(openIn('bundle'), /bundled.*external/);
    for (const dependency of ['rxjs', 'tslib']) link(dependency);
    run(
      '--input-type=module',
      '-e',
      `import ${JSON.stringify(join(folder, 'bundle', 'testing.js'))}`,
    );
  });

  it('tells why it cannot be loaded', () => {
    copyTo('dist');
    mkdirSync(join(folder, 'build', 'Release'), { recursive: true });
    writeFileSync(join(folder, 'build', 'Release', 'posix_mqueue.node'), 'no addon');
    assert.match(openIn('dist'), /cannot load.*posix_mqueue\.node.*npm run build:native/);
  });
});
