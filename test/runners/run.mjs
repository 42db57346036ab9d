// Tries posix-mqueue/testing with the runners themselves, and prints a table of what was tried:
//   npm run check:runners [-- --quick] [-- --only TEXT] [-- --tarball FILE]
import { parseArgs } from 'node:util';
import { combinations } from './combinations.mjs';
import { Project } from './project.mjs';
import { tableOf } from './table.mjs';
import { problemsOf, tryOut } from './trial.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    tarball: { type: 'string' },
  },
});

const project = new Project(values.tarball);
const rows = [];
try {
  for (const combination of combinations(project)) {
    const { runner, how, isQuick = false } = combination;
    if (values.quick && !isQuick) continue;
    if (!`${runner} ${how}`.includes(values.only)) continue;
    const started = performance.now();
    const outcome = await tryOut(project, combination);
    const problems = problemsOf(combination, outcome);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    rows.push({ ...combination, version: project.versionOf(combination), problems });
    console.error(`${problems.length === 0 ? 'right' : 'WRONG'} ${runner} ${how} (${seconds} s)`);
    if (problems.length > 0) {
      console.error(problems.map((problem) => `  ${problem}`).join('\n'));
      console.error(outcome.output.trim().replace(/^/gm, '  | '));
      process.exitCode = 1;
    }
  }
} finally {
  project.remove();
}
if (rows.length === 0) {
  console.error('There is no such combination');
  process.exitCode = 1;
}
console.log(tableOf(rows));
