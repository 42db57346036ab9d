import { arch, cpus, release } from 'node:os';
import { Command } from 'commander';
import { options, whole } from '../arguments/common.js';
import { measure, type Measured } from '../bench/measure.js';
import { interrupted } from '../base/interruption.js';
import { printJson, printLine } from '../base/output.js';
import { columns } from '../terminal/table.js';

interface Given {
  readonly json?: true;
  readonly count: number;
  readonly size: number;
  readonly rounds: number;
}

export const command: Command = new Command('bench')
  .description('measure what queues of this machine can do, between two processes')
  .option('--count <number>', 'messages each way', whole(1), 20_000)
  .option('--size <bytes>', 'bytes of each message', whole(1), 64)
  .option('--rounds <number>', 'how often it is measured', whole(1), 3)
  .addOption(options.json())
  .addHelpText(
    'after',
    `
Both sides are Node with this library and its defaults, and nothing is pinned to a processor. Other programs that run
meanwhile are measured too: look at how far the rounds are apart.

Examples:
  mqueue bench
  mqueue bench --size 4096 --json`,
  )
  .action(async ({ json, count, size, rounds }: Given) => {
    const measured: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      measured.push(await measure(count, size, interrupted()));
    }
    if (json === true) await printJson({ machine: machine(), rounds: measured });
    else await printLine(shown(measured));
  });

function machine(): Record<string, string | number> {
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  return {
    processor: model,
    cores: 1 + others.length,
    kernel: release(),
    architecture: arch(),
    node: process.version,
  };
}

function shown(measured: readonly Measured[]): string {
  const rows = measured.map(({ roundTrip, rate, size }, round) => [
    round + 1,
    size,
    Number(roundTrip.median.toFixed(1)),
    Number(roundTrip.p99.toFixed(1)),
    Math.round(rate),
  ]);
  const { processor, cores, kernel, architecture, node } = machine();
  return [
    `${processor}, ${cores} cores, Linux ${kernel} ${architecture}, Node ${node}`,
    columns(['ROUND', 'BYTES', 'ROUND TRIP us', '99 % BELOW us', 'ONE WAY messages/s'], rows),
  ].join('\n');
}
