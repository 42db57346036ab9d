import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { makePath, run } from '../package/machine.mjs';

/** Programs that users could have written, and that print what they saw. */
const PROGRAMS = ['package/smoke.mjs', 'package/entries.mjs', 'install/programs'];

/** Where the trials install and run: `folder` is to be empty but for the tarball. */
export function makeSite(root, folder, tarball) {
  const bare = makePath(join(folder, 'path'));
  const { PATH } = process.env;
  const tools = new Map();

  /** The folder of the commands of packages from npm, such as `['esbuild@0.28']`. */
  function tool(...packages) {
    const key = packages.join(' ');
    if (!tools.has(key)) {
      const place = join(folder, 'tools', String(tools.size));
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, 'package.json'), '{ "private": true }');
      run(place, PATH, 'npm', 'install', '--no-audit', '--no-fund', '--force', ...packages);
      tools.set(key, join(place, 'node_modules'));
    }
    return tools.get(key);
  }

  return {
    root,
    folder,
    tarball,
    /** Node, npm and a shell, and nothing to build with. */
    bare,
    tool,
    /** The folder of a Node of this version. */
    node: (version) => {
      const name = `node-linux-${process.arch}`;
      return join(tool(`${name}@${version}`), name, 'bin');
    },
    /** The version of a package that `tool` brought. */
    versionOf: (modules, name) =>
      JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version,
    /** An empty project of a user, with the programs. */
    project: (name) => {
      const cwd = join(folder, 'projects', name);
      mkdirSync(cwd, { recursive: true });
      const manifest = { name: 'user', version: '1.0.0', private: true, type: 'module' };
      writeFileSync(join(cwd, 'package.json'), JSON.stringify(manifest));
      for (const program of PROGRAMS) {
        cpSync(join(root, 'scripts', program), join(cwd, program.split('/').at(-1)), {
          recursive: true,
        });
      }
      return cwd;
    },
    path: (...folders) => [...folders, bare].join(delimiter),
    run,
    npmSetting: (name) => execFileSync('npm', ['config', 'get', name], { encoding: 'utf8' }).trim(),
  };
}

let npmProject;

/** A project in which npm has installed the package. */
export function installedProject(site) {
  if (npmProject === undefined) {
    const cwd = site.project('installed');
    site.run(cwd, site.bare, 'npm', 'install', '--no-audit', '--no-fund', site.tarball);
    npmProject = cwd;
  }
  return npmProject;
}
