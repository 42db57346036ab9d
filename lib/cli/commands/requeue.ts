import { Command } from 'commander';
import { requeueDeadLetters, requeueGivenUp, type Requeued } from '../../service.js';
import { options, queueName, whole } from '../arguments/common.js';
import { CommandError } from '../base/exit-codes.js';
import { interrupted } from '../base/interruption.js';
import { printJson, printLine } from '../base/output.js';
import { printable } from '../base/printable.js';
import { remedyFor } from '../base/remedies.js';

interface Given {
  readonly givenUp?: true;
  readonly count?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

export const command: Command = new Command('requeue')
  .description('send dead letters again, without the line that says why each was given up')
  .argument('<dead>', 'the queue of the dead letters', queueName)
  .argument('[to]', 'where to send them (default: where each came from)', queueName)
  .option(
    '--given-up',
    'send what workers of this queue gave up and kept, having no queue for dead letters',
  )
  .option('--count <number>', 'send so many at most', whole(1))
  .addOption(options.dryRun())
  .addOption(options.json())
  .addHelpText(
    'after',
    `
Sends those that are there when it begins, with their priorities, and waits while their queue is full. What cannot be sent
goes back, and it ends with 1. Nothing is lost by a signal or kill -9; by that, the message in hand may be sent twice. With
--json there is one line of JSON for each.

Nobody can look at the messages of a POSIX queue: --dry-run takes all dead letters and puts them back, in their order. For
that moment others find the queue empty. With --given-up it changes nothing.

Examples:
  mqueue requeue --dry-run jobs-dead
  mqueue requeue jobs-dead
  mqueue requeue jobs-dead inspection --count 10
  mqueue requeue --given-up jobs`,
  )
  .action(async (queue: string, to: string | undefined, { givenUp, json, ...given }: Given) => {
    const requeue = givenUp === true ? requeueGivenUp : requeueDeadLetters;
    let sent = 0;
    let left = 0;
    for await (const each of requeue(queue, { ...given, to, signal: interrupted() })) {
      if (each.problem === undefined) sent += 1;
      else left += 1;
      const isRead = json === true ? await printJson(forPrograms(each), 0) : await print(each);
      if (!isRead) break;
    }
    console.error(`${sent} ${given.dryRun === true ? 'would be sent' : 'sent'}, ${left} left`);
    if (left > 0) throw new CommandError(`${left} of ${sent + left} could not be sent`);
  });

function forPrograms({ problem, ...facts }: Requeued): object {
  return problem === undefined ? facts : { ...facts, problem: remedyFor(problem) };
}

async function print({ to, priority, size, problem, ...why }: Requeued): Promise<boolean> {
  if (problem !== undefined) {
    console.error(`left: ${remedyFor(problem)}`);
    return true;
  }
  const { reason, error, from, attempts, at } = why;
  const facts = [
    `${size} bytes`,
    `priority ${priority}`,
    ...(from === undefined ? [] : [`from ${printable(from)}`]),
    ...(reason === undefined ? [] : [`reason ${printable(reason)}`]),
    ...(attempts === undefined ? [] : [`attempts ${attempts}`]),
    ...(at === undefined ? [] : [shownTime(at)]),
    ...(error === undefined ? [] : [printable(error)]),
  ];
  return printLine(`to ${printable(to ?? '')}: ${facts.join(', ')}`);
}

/** Whoever made it may have meant no time at all. */
function shownTime(milliseconds: number): string {
  // oxlint-disable-next-line no-restricted-globals -- what time it is, is not asked
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
