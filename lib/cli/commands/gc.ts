import { Command } from 'commander';
import { collectGarbage } from '../../inspect.js';
import { options } from '../arguments/common.js';
import { printJson, printLine } from '../base/output.js';
import { printable } from '../base/printable.js';
import { columns } from '../terminal/table.js';

interface Given {
  readonly dryRun?: true;
  readonly trustVisible?: true;
  readonly json?: true;
}

export const command: Command = new Command('gc')
  .description('remove what processes of this user have left that were killed')
  .addOption(options.dryRun())
  .option(
    '--trust-visible',
    'remove reply queues also where processes may have them open that cannot be seen from here',
  )
  .addOption(options.json())
  .addHelpText(
    'after',
    `
That is: reply queues of hosts of rpc, and temporary queues of test runs, which nobody has open; empty files of receivers
with redelivery, and large bodies of hosts of rpc, which nobody has locked. What a living process has stays, and so does
each message that a worker gave up: see mqueue requeue --given-up. In a container others may have a reply queue open that
cannot be seen; there it stays without --trust-visible.

Examples:
  mqueue gc --dry-run
  mqueue gc --json | jq '.garbage | length'`,
  )
  .action(async ({ json, ...given }: Given) => {
    const report = await collectGarbage(given);
    if (json === true) {
      await printJson(report);
      return;
    }
    const { garbage, unsure } = report;
    const rows = garbage.map(({ kind, name, bytes, messages }) => {
      return [kind, printable(name), bytes, messages];
    });
    if (rows.length > 0) await printLine(columns(['KIND', 'NAME', 'BYTES', 'MESSAGES'], rows));
    const done = given.dryRun === true ? 'would be removed' : 'removed';
    console.error(`${garbage.length} ${done}`);
    if (unsure !== undefined) console.error(`reply queues were left alone: ${unsure}`);
  });
