import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The folders that have runners: of the newest versions, and of older ones that are still in use. */
const PACKAGES = { newest: here, older: join(here, 'older') };

/** What the package needs at run time by its doors for tests. */
const NEEDED = ['detect-libc', 'fastest-levenshtein', 'rxjs', 'tslib'];

/** Projects as users have them, with this package and a runner in their node_modules: not links to it, which runners treat as sources. */
export class Project {
  #folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-runners-'));
  #count = 0;

  constructor(tarball) {
    for (const [age, from] of Object.entries(PACKAGES)) {
      const modules = join(this.#folder, age, 'node_modules');
      mkdirSync(modules, { recursive: true });
      install(join(modules, 'posix-mqueue'), tarball);
      for (const name of NEEDED) link(join(root, 'node_modules', name), join(modules, name));
      for (const name of packagesIn(join(from, 'node_modules'))) {
        const [source, target] = [join(from, 'node_modules', name), join(modules, name)];
        // It looks for what it is to --require from where it is itself.
        if (name.startsWith('mocha')) cpSync(source, target, { recursive: true });
        else link(source, target);
      }
    }
  }

  /** A new folder with the files of tests that are named, each as often as it says. */
  folder({ age = 'newest', files, config = {} }) {
    const folder = join(this.#folder, age, `trial-${(this.#count += 1)}`);
    cpSync(join(here, 'suites'), folder, {
      recursive: true,
      filter: (path) => !path.includes('.test.'),
    });
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    for (const name of files) {
      // Of second-bdd.test.mjs the source is bdd.test.mjs.
      cpSync(join(here, 'suites', name.replace(/^.*-(?=\w+\.test)/, '')), join(folder, name));
    }
    for (const [name, text] of Object.entries(config)) {
      writeFileSync(join(folder, name), typeof text === 'string' ? text : JSON.stringify(text));
    }
    return folder;
  }

  /** The path of a runner's command. */
  command({ age = 'newest', package: name, bin }) {
    return join(this.#folder, age, 'node_modules', name, bin);
  }

  versionOf({ age = 'newest', package: name }) {
    if (name === undefined) return '';
    return readJson(join(PACKAGES[age], 'node_modules', name, 'package.json')).version;
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function install(folder, tarball) {
  mkdirSync(folder, { recursive: true });
  if (tarball !== undefined) {
    execFileSync('tar', ['-xzf', resolve(tarball), '-C', folder, '--strip-components=1']);
    return;
  }
  for (const part of ['package.json', 'dist', 'build/Release/posix_mqueue.node']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
}

function packagesIn(folder) {
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith('.')) return [];
    if (!name.startsWith('@')) return [name];
    return readdirSync(join(folder, name)).map((each) => join(name, each));
  });
}

function link(from, to) {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
