import { Command } from 'commander';
import { holdersOf, type QueueHolder } from '../../inspect.js';
import { options, queueName } from '../arguments/common.js';
import { knownQueue } from '../arguments/known-queue.js';
import { printJson, printLine } from '../base/output.js';
import { userName } from '../terminal/users.js';

export const command: Command = new Command('stat')
  .description('print the facts of one queue')
  .argument('<name>', 'name of the queue', queueName)
  .addOption(options.json())
  .addHelpText(
    'after',
    `
Examples:
  mqueue stat jobs
  mqueue stat jobs --json | jq .messages`,
  )
  .action(async (name: string, { json }: { readonly json?: true }) => {
    const { file, ...facts } = await knownQueue(name);
    const openBy = (await holdersOf(new Map([[name, file]]))).get(name) ?? [];
    if (json === true) {
      await printJson({ ...facts, openBy });
      return;
    }
    const { messages = '?', maxMessages = '?', maxMessageSize = '?', bytes = '?' } = facts;
    await printLine(
      [
        `name      ${name}`,
        `messages  ${messages} of ${maxMessages}`,
        `size      ${maxMessageSize} bytes a message at most`,
        `bytes     ${bytes} of its owner's limit`,
        `owner     ${userName(facts.owner)} (${facts.owner}), group ${facts.group}`,
        `mode      ${facts.mode.toString(8).padStart(4, '0')}`,
        ...(openBy.length === 0 ? ['open by   nobody that this user can see'] : openBy.map(shown)),
      ].join('\n'),
    );
  });

const ACCESS = { read: 'to receive', write: 'to send', readwrite: 'for both' };

function shown({ pid, command: name, descriptor, access, waits }: QueueHolder): string {
  const waiting = waits === undefined ? '' : `, waits to ${waits}`;
  return `open by   ${name} (process ${pid}, descriptor ${descriptor}) ${ACCESS[access]}${waiting}`;
}
