import { Command } from 'commander';
import { MessageQueue } from '../../index.js';
import type { QueueDescription } from '../../inspect.js';
import { options, queueNames } from '../arguments/common.js';
import { confirm } from '../terminal/confirm.js';
import { knownQueue } from '../arguments/known-queue.js';
import { counted } from '../base/notice.js';

export const command: Command = new Command('rm')
  .description('remove queues, with the messages in them')
  .argument('<name...>', 'names of the queues', queueNames)
  .addOption(options.yes())
  .addHelpText(
    'after',
    `
Programs that have a removed queue open go on with it; who opens the name then gets another queue or none.

Examples:
  mqueue rm jobs results
  mqueue rm --yes jobs`,
  )
  .action(async (names: readonly string[], { yes }: { readonly yes?: true }) => {
    // None is removed where one of them is not there.
    const queues = await Promise.all(names.map(knownQueue));
    if (yes !== true) await confirm(`Remove ${queues.map(shown).join(', ')}?`);
    for (const name of names) MessageQueue.unlink(name);
  });

function shown({ name, messages = 0 }: QueueDescription): string {
  return messages === 0 ? name : `${name} with ${counted(messages)}`;
}
