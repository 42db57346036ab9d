import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedProject } from './site.mjs';

/** How TypeScript may look for the types. */
const SETTINGS = [
  { module: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
  // It gives `require` to who compiles to CommonJS.
  { module: 'nodenext', commonjs: true },
];

/** TypeScript: the types, and Node itself, which strips them. */
export function languages(site) {
  return [...compilers(site), stripping(site)];
}

function compilers(site) {
  return ['5.4', '6', 'latest'].flatMap((wanted) => {
    const modules = site.tool(`typescript@${wanted}`);
    const version = site.versionOf(modules, 'typescript');
    // What compiles to CommonJS may require() ES modules since 5.8.
    return SETTINGS.filter(({ commonjs }) => commonjs !== true || wanted !== '5.4').map(
      ({ commonjs = false, ...setting }) => ({
        what: `TypeScript ${version}, ${Object.values(setting).join(', ')}${commonjs ? ', CommonJS' : ''}`,
        how: '`tsc` with `strict` and without `skipLibCheck`',
        act: () => compile(site, modules, setting, commonjs, wanted),
      }),
    );
  });
}

function compile(site, modules, setting, commonjs, version) {
  const cwd = site.project(`types-${version}-${Object.values(setting).join('-')}-${commonjs}`);
  const installed = installedProject(site);
  symlinkSync(join(installed, 'node_modules'), join(cwd, 'node_modules'));
  const types = site.tool('@types/node@20');
  const file = commonjs ? 'required.cts' : 'consumer.ts';
  const source = commonjs ? 'install/programs/required.cts' : 'package/consumer.ts';
  cpSync(join(site.root, 'scripts', source), join(cwd, file));
  const typeRoots = [join(types, '@types')];
  const compilerOptions = { noEmit: true, strict: true, target: 'es2022', ...setting, typeRoots };
  const paths = { '@types/*': [join(types, '@types', '*')] };
  writeFileSync(
    join(cwd, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, types: ['node'], paths },
      files: [file],
    }),
  );
  site.run(cwd, process.env.PATH, join(modules, '.bin', 'tsc'), '-p', '.');
  return 'no error';
}

function stripping(site) {
  return {
    what: 'TypeScript, run by Node.js itself',
    how: '`node program.ts`',
    act: () => {
      site.run(installedProject(site), site.path(site.node('24')), 'node', 'programs/stripped.ts');
      return 'sent and received';
    },
  };
}
