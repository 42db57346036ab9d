import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { Command } from 'commander';
import {
  describeQueues,
  holdersOf,
  type QueueDescription,
  type QueueHolder,
} from '../../inspect.js';
import { options } from '../arguments/common.js';
import { CommandError } from '../base/exit-codes.js';
import { openers } from '../terminal/openers.js';
import { counted } from '../base/notice.js';
import { printJson, printLine } from '../base/output.js';
import { printable } from '../base/printable.js';
import { columns } from '../terminal/table.js';
import { shownUsage, usageOf } from '../terminal/usage.js';
import { userName } from '../terminal/users.js';

const FOLDER = '/dev/mqueue';
const NOT_MOUNTED = 'ERR_MQ_NOT_MOUNTED';

interface Given {
  readonly json?: true;
  readonly mount?: true;
}

export const command: Command = new Command('ls')
  .description('list the queues: how full they are, whose, and who has them open')
  .addOption(options.json())
  .option('--mount', `mount ${FOLDER} first where it is not; needs root`)
  .addHelpText(
    'after',
    `
BYTES is what a queue takes of its owner's limit (RLIMIT_MSGQUEUE), whatever is in it. OPEN BY shows the processes
that have it open, with * where one waits in it; of other users' processes root alone sees that.

Examples:
  mqueue ls
  mqueue ls --json | jq -r '.queues[] | select(.messages > 0) | .name'`,
  )
  .action(async ({ json, mount }: Given) => {
    const queues = await describe(mount === true);
    const holders = await holdersOf(new Map(queues.map(({ name, file }) => [name, file])));
    if (json === true) await printJson(forPrograms(queues, holders));
    else await print(queues, holders);
  });

async function describe(mount: boolean): Promise<QueueDescription[]> {
  try {
    return await describeQueues();
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_MOUNTED) throw error;
  }
  if (!mount) {
    throw new CommandError(
      `the mqueue file system, which lists the queues, is not mounted. As root: mqueue ls --mount, or mkdir -p ${FOLDER} && ` +
        `mount -t mqueue none ${FOLDER}`,
    );
  }
  mkdirSync(FOLDER, { recursive: true });
  const { status, stderr, error } = spawnSync('mount', ['-t', 'mqueue', 'none', FOLDER], {
    encoding: 'utf8',
  });
  if (status !== 0) {
    // mount(8) has more to say, in lines of its own.
    const [reason = ''] = (error?.message ?? stderr).trim().split('\n');
    throw new CommandError(
      `${FOLDER} cannot be mounted: ${reason.replace(/\.$/, '')}. Try it as root`,
    );
  }
  return describeQueues();
}

type Holders = ReadonlyMap<string, readonly QueueHolder[]>;

function forPrograms(queues: readonly QueueDescription[], holders: Holders): object {
  return {
    queues: queues.map(({ file: _file, ...queue }) => ({
      ...queue,
      openBy: holders.get(queue.name) ?? [],
    })),
    ...usageOf(queues),
  };
}

async function print(queues: readonly QueueDescription[], holders: Holders): Promise<void> {
  const head = ['NAME', 'MESSAGES', 'DEPTH', 'SIZE', 'BYTES', 'OWNER', 'MODE', 'OPEN BY'];
  const rows = queues.map((queue) => [
    printable(queue.name),
    queue.messages ?? '-',
    queue.maxMessages ?? '-',
    queue.maxMessageSize ?? '-',
    queue.bytes ?? '-',
    userName(queue.owner),
    queue.mode.toString(8).padStart(4, '0'),
    openers(holders.get(queue.name) ?? []),
  ]);
  if (rows.length > 0) await printLine(columns(head, rows));
  const count = counted(queues.length, 'queue');
  console.error(`${count}; ${shownUsage(queues)}`);
}
