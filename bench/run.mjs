// Measures posix-mqueue beside what else one could use. See docs/benchmarks.md.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { BASELINE, buildPeer, contenders } from './contenders/index.mjs';
import { draw, fileName } from './harness/chart.mjs';
import { compare } from './harness/compare.mjs';
import { describeMachine } from './harness/machine.mjs';
import { cleanUp } from './harness/pair.mjs';
import { table } from './harness/report.mjs';
import { works } from './harness/works.mjs';

const program = new Command('bench')
  .description('Rates and round trips of posix-mqueue and its rivals, alternately in one run.')
  .option('--rounds <number>', 'how often each contender has its turn', Number, 5)
  .option('--only <text>', 'contenders whose name has this text, and C with blocking calls')
  .option('--work <text>', 'works whose name has this text')
  .option(
    '--pin',
    'gives each side a processor of its own (taskset); else the scheduler places both',
    false,
  )
  .option('--quick', 'a tenth of the messages', false)
  .option('--json <file>', 'writes all samples')
  .option('--from <file>', 'measures nothing: reports what --json wrote')
  .option('--charts <folder>', 'writes an SVG picture of each comparison');

const options = program.parse().opts();

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}`);
}

async function measure() {
  buildPeer();
  const chosen = contenders().filter(
    ({ name }) => options.only === undefined || name === BASELINE || name.includes(options.only),
  );
  const { pin, quick } = options;
  const how = { pin, part: quick ? 0.1 : 1, rounds: options.rounds, progress };
  const comparisons = [];
  for (const work of works) {
    if (options.work !== undefined && !work.name.includes(options.work)) continue;
    comparisons.push(await compare(work, chosen, how));
    progress('');
    console.log(table(comparisons.at(-1)));
  }
  return { machine: describeMachine(), comparisons };
}

async function report(results) {
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(results, null, 1));
  if (options.charts === undefined) return;
  mkdirSync(options.charts, { recursive: true });
  for (const comparison of results.comparisons) {
    writeFileSync(join(options.charts, fileName(comparison)), await draw(comparison));
  }
}

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
]) {
  process.once(signal, () => {
    cleanUp();
    process.exit(128 + number);
  });
}

if (options.from === undefined) {
  await report(await measure());
} else {
  const results = JSON.parse(readFileSync(options.from, 'utf8'));
  for (const comparison of results.comparisons) console.log(table(comparison));
  await report(results);
}
