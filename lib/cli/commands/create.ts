import { Command } from 'commander';
import { MessageQueue, type OpenOptions } from '../../index.js';
import { options, queueName } from '../arguments/common.js';

interface Given {
  readonly depth?: number;
  readonly size?: number;
  readonly mode?: string;
  readonly exclusive?: true;
}

export const command: Command = new Command('create')
  .description('make a queue; one that is there already stays as it is')
  .argument('<name>', 'name of the queue', queueName)
  .addOption(options.depth())
  .addOption(options.size())
  .option('--mode <octal>', 'permissions, exactly as given (default: 600)')
  .option('--exclusive', 'fail where it is there already')
  .addHelpText(
    'after',
    `
A queue that is there with another depth or size is an error, and is left alone.

Examples:
  mqueue create jobs
  mqueue create jobs --depth 10 --size 8192 --mode 660`,
  )
  .action(async (name: string, { depth, size, mode, exclusive }: Given) => {
    const sizes: OpenOptions = { maxMessages: depth, maxMessageSize: size, onMismatch: 'error' };
    const permissions: OpenOptions = mode === undefined ? {} : { mode, exactMode: true };
    const opening: OpenOptions = { ...sizes, ...permissions, create: true, exclusive };
    await MessageQueue.open(name, opening).close();
  });
