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
  return VERSIONS.map((wanted) => {
    const name = `node-linux-${process.arch}`;
    const version = site.versionOf(site.tool(`${name}@${wanted}`), name);
    return {
      what: `Node.js ${version.replace('v', '')}`,
      how: PROGRAMS.map(([how]) => how).join('; '),
      act: () => {
        const path = site.path(site.node(wanted));
        const cwd = installedProject(site);
        for (const [, program] of PROGRAMS) site.run(cwd, path, 'node', program);
        return 'sent and received';
      },
    };
  });
}
