import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
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
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const BOTH = ['amqp-connection-manager', 'amqplib'];

describe('what needs packages that not every user needs', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    for (const name of ['fastest-levenshtein', 'rxjs', 'tslib']) {
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** A copy: from where a link leads all others are found. */
  function install(name: string): void {
    const path = join('node_modules', name);
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }

  /** What a program says that imports it. */
  function imported(program: string): string {
    writeFileSync(join(folder, 'program.mjs'), program);
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, 'program.mjs')], {
      cwd: folder,
      encoding: 'utf8',
    });
    return stdout + stderr;
  }

  for (const [what, missing, installed] of [
    ['are missing', 'amqp-connection-manager', []],
    ['are there, but for the one that the other needs', 'amqplib', ['amqp-connection-manager']],
  ] as const) {
    it(`posix-mqueue/amqp, where they ${what}: names them, and how to install them`, () => {
      for (const name of installed) install(name);
      const error = imported(`import './dist/amqp.js';`);
      assert.match(error, /needs the packages amqplib and amqp-connection-manager/);
      assert.match(error, new RegExp(`Cannot find module '${missing}'`));
      assert.match(error, /npm install amqplib amqp-connection-manager/);
      assert.match(error, /code: 'ERR_MODULE_NOT_FOUND'/);
    });
  }

  it('posix-mqueue/nest, where they are missing: names them, and how to install them', () => {
    const error = imported(`import './dist/nest.js';`);
    assert.match(error, /posix-mqueue\/nest needs the packages @nestjs\/microservices and /);
    assert.match(error, /Cannot find module '@nestjs\/microservices'/);
    assert.match(error, /npm install @nestjs\/microservices @nestjs\/common/);
    assert.match(error, /code: 'ERR_MODULE_NOT_FOUND'/);
  });

  it('posix-mqueue/amqp, where they are there: is imported, by require() too, and where a bundler to CommonJS has left no URL', () => {
    for (const name of [...BOTH, 'promise-breaker']) install(name);
    const program = `
      import { createRequire } from 'node:module';
      import { AmqpTransport } from './dist/amqp.js';
      const required = createRequire(import.meta.url)('./dist/amqp.js');
      console.log(new AmqpTransport({ urls: 'amqp://host' }) instanceof required.AmqpTransport);
    `;
    assert.match(imported(program), /^true\n/);
    const peers = join(folder, 'dist', 'amqp', 'peers.js');
    writeFileSync(peers, readFileSync(peers, 'utf8').replace('import.meta.url', 'undefined'));
    assert.match(imported(program), /^true\n/);
  });

  it('the option notify: names its package, and how to install it, before anything is opened', () => {
    const error = imported(`
      import { Worker } from './dist/service.js';
      import { MemoryTransport } from './dist/testing.js';
      const transport = new MemoryTransport();
      transport.openReceiver = () => console.log('opened');
      await new Worker({ requests: '/jobs', transport }, () => undefined).run({ notify: true });
    `);
    assert.match(error, /The option notify needs the package node-unix-socket,/);
    assert.match(error, /npm install node-unix-socket\n/);
    assert.match(error, /code: 'ERR_MODULE_NOT_FOUND'/);
    assert.doesNotMatch(error, /opened/);
  });
});
