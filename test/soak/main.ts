// Long runs that watch what a process has in use. Fails when something grows.

import Table from 'cli-table3';
import { Command } from 'commander';
import { cycles } from './cycles.js';
import { messages } from './messages.js';
import { overload } from './overload.js';
import type { Resources } from './resources.js';

const program = new Command('soak')
  .description('Long runs that watch descriptors, threads, memory and the delay of the event loop.')
  .option('--cycles <number>', 'how often a queue is opened and closed', Number, 100_000)
  .option('--messages <number>', 'how many messages', Number, 10_000_000)
  .option('--seconds <number>', 'how long each overload lasts', Number, 60);

const options = program.parse().opts<{ cycles: number; messages: number; seconds: number }>();

const rows = [
  ...(await cycles(options.cycles)),
  ...(await messages(options.messages)),
  ...(await overload(options.seconds)),
];
const table = new Table({
  head: ['run', 'descriptors', 'threads', 'MiB', 'found'],
  style: { head: [], border: [] },
});
for (const { what, before, after, problems, details } of rows) {
  const pair = (key: keyof Resources): string => `${before[key]} to ${after[key]}`;
  const found = [...problems, ...(details === undefined ? [] : [details])].join('; ');
  table.push([what, pair('descriptors'), pair('threads'), pair('memory'), found]);
}
console.log(table.toString());
if (rows.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
