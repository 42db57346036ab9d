import { Command } from 'commander';
import { examineSystem, type SystemLimit, type SystemReport } from '../../inspect.js';
import { options } from '../arguments/common.js';
import { ExitCode } from '../base/exit-codes.js';
import { printJson, printLine } from '../base/output.js';
import { inItsWords } from '../base/remedies.js';
import { paint } from '../terminal/paint.js';
import { columns } from '../terminal/table.js';

export const command: Command = new Command('limits')
  .description(
    'print each limit of the kernel and of this user, its use, how to raise it, and whether all works',
  )
  .addOption(options.json())
  .addHelpText(
    'after',
    `
It ends with 1 when something does not work. USED is known where the mqueue file system is mounted. What raises a limit
is typed as root, but for ulimit; it holds for the shell that it is typed in, or until the machine is started again. A
container gets its limits when it is started: docker run --sysctl, --ulimit msgqueue=, --shm-size.

Examples:
  mqueue limits
  mqueue limits --json | jq '.checks[] | select(.works | not)'`,
  )
  .action(async ({ json }: { readonly json?: true }) => {
    const report = await examineSystem();
    if (json === true) await printJson(report);
    else await print(report);
    if (!report.works) process.exitCode = ExitCode.failed;
  });

async function print({ checks, limits }: SystemReport): Promise<void> {
  const rows = limits.map((limit) => [
    limit.name,
    limit.value === Infinity ? '-' : limit.value,
    used(limit),
    limit.what,
    limit.raise,
  ]);
  await printLine(columns(['LIMIT', 'VALUE', 'USED', 'OF WHAT', 'TO RAISE IT'], rows));
  await printLine('');
  for (const { name, works, found, remedy } of checks) {
    const state = works ? paint('green', 'ok    ') : paint('red', 'failed');
    const end = remedy === undefined ? '' : `. ${inItsWords(remedy)}`;
    await printLine(`${state}  ${name.padEnd(7)}  ${found}${end}`);
  }
}

function used({ used: now, value }: SystemLimit): string {
  if (now === undefined) return '-';
  return value === Infinity ? String(now) : `${now} (${Math.round((now / value) * 100)} %)`;
}
