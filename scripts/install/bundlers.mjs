import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { installedProject } from './site.mjs';

const FILE = 'posix_mqueue.node';
const FORMATS = { esm: 'mjs', cjs: 'cjs' };

/** Bundles, run where they were made and elsewhere. */
export function bundlers(site) {
  return [...esbuild(site), ...rollup(site)];
}

/** What prints that a message was sent and received. */
const PROGRAM = join('programs', 'bundled.mjs');

/** Where the addon is for a bundle in a folder of its own. */
function places(site, bundle) {
  const prebuilds = join(installedProject(site), 'node_modules', 'posix-mqueue', 'prebuilds');
  return [
    {
      how: 'the addon is found in `node_modules`, where the bundle has that in a folder above',
      act: () => site.run(installedProject(site), site.bare, 'node', bundle()).trim(),
    },
    {
      how: `elsewhere, \`${FILE}\` copied to the bundle`,
      act: () =>
        runElsewhere(site, bundle(), (folder) => {
          cpSync(join(prebuilds, `linux-${process.arch}-glibc`, FILE), join(folder, FILE));
        }),
    },
    {
      how: 'elsewhere, the folder `prebuilds` copied to the bundle',
      act: () =>
        runElsewhere(site, bundle(), (folder) => {
          cpSync(prebuilds, join(folder, 'prebuilds'), { recursive: true });
        }),
    },
    {
      how: 'elsewhere, without the addon',
      act: () => {
        try {
          runElsewhere(site, bundle(), () => {});
        } catch ({ message }) {
          if (!/ERR_MQ_UNSUPPORTED/.test(message) || !message.includes(`/${FILE} there`))
            throw message;
          return 'an error that says what to copy';
        }
        throw new Error('it found an addon');
      },
    },
  ];
}

let elsewheres = 0;

function runElsewhere(site, bundle, prepare) {
  const folder = join(site.folder, 'elsewhere', String((elsewheres += 1)));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, bundle.split('/').at(-1));
  cpSync(bundle, file);
  prepare(folder);
  return site.run(folder, site.bare, 'node', file).trim();
}

function esbuild(site) {
  const modules = site.tool('esbuild@0.28');
  const version = site.versionOf(modules, 'esbuild');
  const build = (format, ...parameters) => {
    const cwd = installedProject(site);
    const out = join(cwd, 'bundles', `esbuild${parameters.length}.${FORMATS[format]}`);
    const all = [PROGRAM, '--bundle', '--platform=node', `--format=${format}`, `--outfile=${out}`];
    site.run(cwd, site.bare, join(modules, '.bin', 'esbuild'), ...all, ...parameters);
    return out;
  };
  return Object.keys(FORMATS).flatMap((format) => [
    {
      what: `esbuild ${version}, ${format}`,
      how: '`--packages=external`',
      act: () => {
        const out = build(format, '--packages=external');
        return site.run(installedProject(site), site.bare, 'node', out).trim();
      },
    },
    ...places(site, () => build(format)).map(({ how, act }) => ({
      what: `esbuild ${version}, ${format}`,
      how: `all in one file; ${how}`,
      act,
    })),
  ]);
}

function rollup(site) {
  const plugins = ['node-resolve', 'commonjs', 'json'];
  const modules = site.tool('rollup@4', ...plugins.map((name) => `@rollup/plugin-${name}`));
  const version = site.versionOf(modules, 'rollup');
  const build = (format) => {
    const cwd = installedProject(site);
    const out = join(cwd, 'bundles', `rollup.${FORMATS[format]}`);
    const used = plugins.flatMap((name) => [
      '--plugin',
      join(modules, '@rollup', `plugin-${name}`),
    ]);
    const all = [PROGRAM, '--format', format, '--file', out, '--silent', ...used];
    site.run(cwd, site.bare, join(modules, '.bin', 'rollup'), ...all);
    return out;
  };
  return Object.keys(FORMATS).flatMap((format) =>
    places(site, () => build(format)).map(({ how, act }) => ({
      what: `Rollup ${version}, ${format}`,
      how: `all in one file; ${how}`,
      act,
    })),
  );
}
