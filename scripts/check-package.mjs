// Packs the package, or takes a tarball that was packed elsewhere, which is to have every binary, and tries it as its
// users do:
//   node scripts/check-package.mjs [TARBALL]
import {
  accessSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePath, run } from './package/machine.mjs';
import { missingFiles, pack } from './package/tarball.mjs';
import { nameOf, own, TARGETS } from './binaries/targets.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
const { PATH } = process.env;

function project(name) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
  for (const file of ['smoke.mjs', 'entries.mjs']) {
    cpSync(join(root, 'scripts', 'package', file), join(cwd, file));
  }
  return cwd;
}

function trial(what, act) {
  const started = performance.now();
  act();
  console.log(`${what} (${Math.round(performance.now() - started)} ms)`);
}

function tryIn(cwd, path) {
  run(cwd, path, 'node', 'entries.mjs');
  run(cwd, path, 'node', 'smoke.mjs');
}

/** Types are right for the oldest TypeScript that README names and for ours, whatever a project sets. */
function tryTypes(cwd) {
  const old = join(folder, 'typescript');
  run(folder, PATH, 'npm', 'install', '--no-audit', '--no-fund', '--prefix', old, 'typescript@5.4');
  symlinkSync(join(root, 'node_modules', '@types'), join(cwd, 'node_modules', '@types'));
  cpSync(join(root, 'scripts', 'package', 'consumer.ts'), join(cwd, 'consumer.ts'));
  const compilerOptions = { noEmit: true, strict: true, target: 'es2022', module: 'nodenext' };
  for (const installation of [old, root]) {
    const tsc = join(installation, 'node_modules', '.bin', 'tsc');
    trial(`tsc of ${installation === old ? 'TypeScript 5.4' : 'ours'}`, () => {
      for (const types of [['node'], []]) {
        const options = { compilerOptions: { ...compilerOptions, types }, files: ['consumer.ts'] };
        writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify(options));
        run(cwd, PATH, tsc, '-p', '.');
      }
    });
  }
}

function tryNpm(tarball, bare) {
  const cwd = project('npm');
  trial('npm install, alone and without a compiler', () => {
    run(cwd, bare, 'npm', 'install', '--no-audit', '--no-fund', tarball);
    tryIn(cwd, bare);
  });
  trial('npm ci by the lock file of that', () => {
    rmSync(join(cwd, 'node_modules'), { recursive: true });
    run(cwd, bare, 'npm', 'ci', '--no-audit', '--no-fund');
    tryIn(cwd, bare);
  });
  tryTypes(cwd);
  trial('npm run build:native in the installed package', () => {
    const installed = join(cwd, 'node_modules', 'posix-mqueue');
    rmSync(join(installed, 'prebuilds'), { recursive: true });
    run(cwd, PATH, 'npm', 'explore', 'posix-mqueue', '--', 'npm', 'run', 'build:native');
    tryIn(cwd, bare);
  });
}

function tryGlobal(tarball, bare) {
  const prefix = join(folder, 'global');
  trial('npm install --global, with the command and its man page', () => {
    const quiet = ['--no-audit', '--no-fund'];
    run(folder, bare, 'npm', 'install', '--global', '--prefix', prefix, ...quiet, tarball);
    run(folder, bare, join(prefix, 'bin', 'mqueue'), '--version');
    accessSync(join(prefix, 'share', 'man', 'man1', 'mqueue.1'));
  });
}

/** Of the other package managers only themselves are fetched with npm. */
function tryOther(tarball, bare, tool, version, parameters) {
  const tools = join(folder, `${tool}-tool`);
  run(
    folder,
    PATH,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefix',
    tools,
    `${tool}@${version}`,
  );
  const cwd = project(tool);
  const path = `${join(tools, 'node_modules', '.bin')}:${bare}`;
  trial(`${tool} ${version}, without a compiler`, () => {
    run(cwd, path, tool, ...parameters, `file:${tarball}`);
    tryIn(cwd, path);
  });
}

try {
  const [, , given] = process.argv;
  const tarball = given === undefined ? pack(root, folder) : resolve(given);
  const systems = given === undefined ? readdirSync(join(root, 'prebuilds')) : TARGETS.map(nameOf);
  const problems = missingFiles(root, tarball, [...new Set([nameOf(own), ...systems])]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  console.log(`${tarball}: ${Math.round(statSync(tarball).size / 1000)} kB`);
  console.log(run(root, PATH, join(root, 'node_modules', '.bin', 'publint'), tarball, '--strict'));
  const bare = makePath(join(folder, 'path'));
  tryNpm(tarball, bare);
  tryGlobal(tarball, bare);
  // A cache of its own: two that use one at the same time spoil it.
  const cache = ['--cache-folder', join(folder, 'yarn-cache')];
  tryOther(tarball, bare, 'yarn', '1', ['add', '--silent', ...cache, 'rxjs@7']);
  tryOther(tarball, bare, 'pnpm', '10', ['add']);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
