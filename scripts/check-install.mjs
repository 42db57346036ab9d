// Installs the package in the ways that its users do, runs it, and prints what was seen as a table in Markdown:
//   node scripts/check-install.mjs [--only GROUP,GROUP] [TARBALL]
// The groups: managers, nodes, languages, bundlers, executables, refusals, times. Fetches package managers, versions of Node and
// bundlers from npm into a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundlers } from './install/bundlers.mjs';
import { executables } from './install/executables.mjs';
import { languages } from './install/languages.mjs';
import { managers } from './install/managers.mjs';
import { nodes } from './install/nodes.mjs';
import { refusals } from './install/refusals.mjs';
import { makeSite } from './install/site.mjs';
import { toMarkdown } from './install/table.mjs';
import { times } from './install/times.mjs';
import { pack } from './package/tarball.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const GROUPS = { managers, nodes, languages, bundlers, executables, refusals, times };
const { values, positionals } = parseArgs({
  options: { only: { type: 'string', default: Object.keys(GROUPS).join(',') } },
  allowPositionals: true,
});
/** What was seen, or the first line of why not. */
function see(act) {
  try {
    return act();
  } catch (error) {
    process.exitCode = 1;
    console.error(error.message);
    return `**failed**: ${error.message.split('\n')[0]}`;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));

try {
  const [given] = positionals;
  const site = makeSite(root, folder, given === undefined ? pack(root, folder) : resolve(given));
  const trials = values.only.split(',').flatMap((name) => {
    if (!Object.hasOwn(GROUPS, name)) {
      throw new Error(`there is no group "${name}": ${Object.keys(GROUPS).join(', ')}`);
    }
    return GROUPS[name](site);
  });
  const rows = trials.map(({ what, how, act }) => {
    const seen = see(act);
    // It takes a while until all are there.
    console.error(`${what}: ${how}: ${seen}`);
    return { what, how, seen };
  });
  console.log(toMarkdown(rows));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
