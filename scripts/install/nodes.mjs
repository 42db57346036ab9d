import { join } from 'node:path';
import { variableFor } from '../binaries/node.mjs';
import { installedProject } from './site.mjs';

/** The oldest that package.json allows, and the newest of each version. */
const VERSIONS = ['20.19.0', '20', '22', '24', 'latest'];

const PROGRAMS = [
  ['`import` and `require`, each entry', 'entries.mjs'],
  ['a message there and back, by each way of waiting', 'smoke.mjs'],
  ['`require` in CommonJS', 'programs/required.cjs'],
  ['a queue in a worker thread, and the same in the main one', 'programs/threads.mjs'],
];

/** Versions of Node: what one installation does in each. */
export function nodes(site) {
  const versions = VERSIONS.map((wanted) => {
    const name = `node-linux-${process.arch}`;
    const version = site.versionOf(site.tool(`${name}@${wanted}`), name);
    return trial(site, `Node.js ${version.replace('v', '')}`, () =>
      join(site.node(wanted), 'node'),
    );
  });
  return [...versions, ...musl(site)];
}

/** npm has no Node for musl: one is tried where the environment names it. */
function musl(site) {
  const node = process.env[variableFor(`linux-${process.arch}-musl`)];
  if (node === undefined) return [];
  const version = site.run(site.folder, site.bare, node, '-p', 'process.versions.node').trim();
  return [trial(site, `Node.js ${version} for musl`, () => node)];
}

function trial(site, what, node) {
  return {
    what,
    how: PROGRAMS.map(([how]) => how).join('; '),
    act: () => {
      const cwd = installedProject(site);
      for (const [, program] of PROGRAMS) site.run(cwd, site.bare, node(), program);
      return 'sent and received';
    },
  };
}
