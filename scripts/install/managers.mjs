import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const QUIET = ['--no-audit', '--no-fund'];

/** Package managers, each with nothing on the PATH to build with. */
export function managers(site) {
  return [...npm(site), ...pnpm(site), ...yarnClassic(site), ...yarnBerry(site), bun(site)];
}

function smoke({ run }, cwd, path, ...node) {
  const [command, ...parameters] = node.length > 0 ? node : ['node'];
  for (const program of ['entries.mjs', 'smoke.mjs'])
    run(cwd, path, command, ...parameters, program);
  return 'sent and received';
}

function npm(site) {
  const { run, bare, tarball } = site;
  const version = run(site.folder, bare, 'npm', '--version').trim();
  let project;
  const installed = () => {
    project ??= site.project('npm');
    run(project, bare, 'npm', 'install', ...QUIET, tarball);
    return project;
  };
  const again = (...parameters) => {
    const cwd = project ?? installed();
    rmSync(join(cwd, 'node_modules'), { recursive: true });
    run(cwd, bare, 'npm', ...parameters, ...QUIET);
    return smoke(site, cwd, bare);
  };
  return [
    {
      what: `npm ${version}`,
      how: '`npm install`',
      act: () => smoke(site, installed(), bare),
    },
    { what: `npm ${version}`, how: '`npm ci`', act: () => again('ci') },
    {
      what: `npm ${version}`,
      how: '`npm ci --ignore-scripts`',
      act: () => again('ci', '--ignore-scripts'),
    },
    {
      what: `npm ${version}, offline`,
      how: '`npm ci --offline`, with what npm fetched before',
      act: () => again('ci', '--offline'),
    },
    newest(site),
  ];
}

/** It runs no scripts of what it installs, and needs a newer Node. */
function newest(site) {
  const modules = site.tool('npm@latest');
  const version = site.versionOf(modules, 'npm');
  return {
    what: `npm ${version}`,
    how: '`npm install`',
    act: () => {
      const cwd = site.project('npm-latest');
      const path = site.path(join(modules, '.bin'), site.node('24'));
      site.run(cwd, path, 'npm', 'install', ...QUIET, site.tarball);
      return smoke(site, cwd, path);
    },
  };
}

function pnpm(site) {
  return ['10', 'latest'].map((wanted) => {
    const modules = site.tool(`pnpm@${wanted}`);
    const version = site.versionOf(modules, 'pnpm');
    return {
      what: `pnpm ${version}`,
      how: '`pnpm add`',
      act: () => {
        const cwd = site.project(`pnpm-${wanted}`);
        const path = site.path(join(modules, '.bin'), site.node('24'));
        site.run(cwd, path, 'pnpm', 'add', `file:${site.tarball}`);
        return smoke(site, cwd, path);
      },
    };
  });
}

function yarnClassic(site) {
  const modules = site.tool('yarn@1');
  return [
    {
      what: `yarn ${site.versionOf(modules, 'yarn')}`,
      how: '`yarn add`, with rxjs, which it does not install by itself',
      act: () => {
        const cwd = site.project('yarn-1');
        const path = site.path(join(modules, '.bin'));
        // A cache of its own: two that use one at the same time spoil it.
        const cache = ['--cache-folder', join(site.folder, 'yarn-1-cache')];
        site.run(cwd, path, 'yarn', 'add', '--silent', ...cache, 'rxjs@7', `file:${site.tarball}`);
        return smoke(site, cwd, path);
      },
    },
  ];
}

function yarnBerry(site) {
  const modules = site.tool('@yarnpkg/cli-dist');
  const version = site.versionOf(modules, '@yarnpkg/cli-dist');
  return ['node-modules', 'pnp'].map((linker) => ({
    what: `yarn ${version}, ${linker}`,
    how: '`yarn add`, with rxjs, which it does not install by itself',
    act: () => {
      const cwd = site.project(`yarn-${linker}`);
      const path = site.path(join(modules, '.bin'));
      const certificates = site.npmSetting('cafile');
      const settings = {
        nodeLinker: linker,
        enableTelemetry: false,
        enableImmutableInstalls: false,
        globalFolder: join(site.folder, 'yarn-berry'),
        npmRegistryServer: site.npmSetting('registry').replace(/\/$/, ''),
        ...(certificates === 'null' ? {} : { httpsCaFilePath: certificates }),
      };
      const lines = Object.entries(settings).map(
        ([key, value]) => `${key}: ${JSON.stringify(value)}`,
      );
      writeFileSync(join(cwd, '.yarnrc.yml'), lines.join('\n'));
      // Without a lock it would look for a project in the folders above.
      writeFileSync(join(cwd, 'yarn.lock'), '');
      site.run(cwd, path, 'yarn', 'add', 'rxjs@7', `posix-mqueue@file:${site.tarball}`);
      return smoke(site, cwd, path, 'yarn', 'node');
    },
  }));
}

function bun(site) {
  const modules = site.tool('bun@1');
  return {
    what: `Bun ${site.versionOf(modules, 'bun')} as package manager`,
    how: '`bun add`, then run by Node',
    act: () => {
      const cwd = site.project('bun');
      const path = site.path(join(modules, '.bin'));
      site.run(cwd, path, 'bun', 'add', site.tarball);
      return smoke(site, cwd, path);
    },
  };
}
