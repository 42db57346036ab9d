import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedProject } from './site.mjs';

const FILE = 'posix_mqueue.node';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Single executable applications, each with the addon as an asset, and beside the executable. */
export function executables(site) {
  return [
    ...[process.versions.node, '24'].map((version) => ({ version, make: inject, format: 'cjs' })),
    { version: 'latest', make: build, format: 'cjs' },
    { version: 'latest', make: build, format: 'esm' },
  ].flatMap(({ version, make, format }) => {
    const name = `node-linux-${process.arch}`;
    const exact = site.versionOf(site.tool(`${name}@${version}`), name);
    return [true, false].map((asAsset) => ({
      what: `Single executable of Node.js ${exact}`,
      how: `${make === build ? '`--build-sea`' : '`--experimental-sea-config` and postject'}, ${format}, the addon ${
        asAsset ? 'as an asset' : 'beside it'
      }`,
      act: () => {
        const folder = join(site.folder, 'executables', `${version}-${format}-${asAsset}`);
        mkdirSync(folder, { recursive: true });
        const config = prepare(site, folder, format, asAsset);
        make(site, folder, join(site.node(version), 'node'), config);
        return runAlone(folder, asAsset);
      },
    }));
  });
}

/** The bundle, the addon and the settings for Node, in this folder. */
function prepare(site, folder, format, asAsset) {
  const cwd = installedProject(site);
  const main = join(folder, format === 'esm' ? 'main.mjs' : 'main.cjs');
  const parameters = ['--bundle', '--platform=node', `--format=${format}`, `--outfile=${main}`];
  const esbuild = join(site.tool('esbuild@0.28'), '.bin', 'esbuild');
  site.run(cwd, site.bare, esbuild, join('programs', 'bundled.mjs'), ...parameters);
  const addon = join(
    cwd,
    'node_modules',
    'posix-mqueue',
    'prebuilds',
    `linux-${process.arch}-glibc`,
    FILE,
  );
  mkdirSync(join(folder, 'alone'));
  if (!asAsset) cpSync(addon, join(folder, 'alone', FILE));
  return {
    main,
    ...(format === 'esm' ? { mainFormat: 'module' } : {}),
    disableExperimentalSEAWarning: true,
    ...(asAsset ? { assets: { [FILE]: addon } } : {}),
  };
}

/** Where Node does one half, and another program puts that into a copy of Node. */
function inject(site, folder, node, config) {
  const blob = join(folder, 'sea.blob');
  const settings = join(folder, 'sea.json');
  const program = join(folder, 'alone', 'program');
  writeFileSync(settings, JSON.stringify({ ...config, output: blob }));
  site.run(folder, site.bare, node, '--experimental-sea-config', settings);
  cpSync(node, program, { dereference: true });
  const postject = join(site.tool('postject@1.0.0-alpha.6'), '.bin', 'postject');
  site.run(folder, site.bare, postject, program, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', FUSE);
}

function build(site, folder, node, config) {
  const settings = join(folder, 'sea.json');
  const output = join(folder, 'alone', 'program');
  writeFileSync(settings, JSON.stringify({ ...config, output }));
  site.run(folder, site.bare, node, '--build-sea', settings);
}

/** With no Node on the PATH, and an empty folder for temporary files, which is to be empty afterwards. */
function runAlone(folder, asAsset) {
  const alone = join(folder, 'alone');
  const temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  chmodSync(join(alone, 'program'), 0o755);
  const { stdout, stderr } = spawnSync(join(alone, 'program'), {
    cwd: '/',
    encoding: 'utf8',
    env: { TMPDIR: temporary },
  });
  if (stdout.trim() !== 'sent and received') throw new Error(`${stdout}${stderr}`);
  const left = spawnSync('ls', ['-A', temporary], { encoding: 'utf8' }).stdout;
  if (asAsset && left !== '') throw new Error(`it left ${left}`);
  return 'sent and received';
}
