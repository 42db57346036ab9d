import { Command, Option } from 'commander';
import { options, queueName, whole } from '../arguments/common.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { Separator } from '../messages/records.js';
import { addQueueOptions, openingOf, type QueuesGiven } from '../arguments/service-queues.js';

interface Given extends QueuesGiven {
  readonly rpc?: true;
  readonly unordered?: true;
  readonly method?: string;
  readonly retries?: number;
  readonly timeout?: number;
  readonly concurrency?: number;
  readonly priority: number;
  readonly null?: true;
  readonly stopAtError?: true;
  readonly unlink?: true;
}

/** Those that only one of the protocols has. */
const OF_RPC = ['unordered', 'method', 'retries'] as const;

const newCommand = new Command('host')
  .description('send each line of standard input as a request, and print the responses')
  .argument('<requests>', 'name of the queue that it writes', queueName)
  .argument('[responses]', 'name of the queue that it reads; not with --rpc', queueName)
  .option('--rpc', 'speak the protocol MQ1: each reply belongs to a request, and they are in order')
  .option('--unordered', 'with --rpc: print each reply when it comes')
  .option('--method <name>', 'with --rpc: which of the handlers of the worker is meant')
  .addOption(
    new Option('--retries <number>', 'with --rpc: how often to send a request again').argParser(
      whole(0),
    ),
  )
  .addOption(options.timeout('how long to wait for a response (default with --rpc: 30s)'))
  .addOption(
    new Option(
      '--concurrency <number>',
      'how many requests may be unanswered (default: as the queues hold, with --rpc 1)',
    ).argParser(whole(1, 10_000)),
  )
  .addOption(options.priority())
  .option('-0, --null', 'lines of input and output end with a NUL byte instead of a newline')
  .option('--stop-at-error', 'end at the first failure')
  .option('--unlink', 'without --rpc: remove both queues at the end');

export const command: Command = addQueueOptions(newCommand)
  .addHelpText(
    'after',
    `
It ends when its input is at its end and as many responses came as requests were sent. Without --rpc a message is its
bytes and nothing else, so nobody knows which response answers which request, and a worker that sends none for one of
them is waited for: give --timeout.

What fails is told on standard error with the number of its line; the exit code is 1 then.

Queues that are not there are made: for 1 message of 512 bytes, as all programs of the raw protocol do, and with
--rpc for 10 of 2048 bytes.

Examples:
  seq 10 | mqueue host jobs results --timeout 5s
  mqueue host jobs results < tasks > answers
  find . -name '*.png' -print0 | mqueue host jobs --rpc --null --concurrency 8 --method resize`,
  )
  .action(async (requests: string, responses: string | undefined, given: Given) => {
    const { timeout, priority, concurrency, stopAtError = false } = given;
    const end = given.null === true ? Separator.null : Separator.line;
    const queues = { ...openingOf(given), requests };
    if (given.rpc === true) {
      refuse(responses !== undefined, 'with --rpc replies have a queue of their own: leave it out');
      refuse(given.unlink === true, '--unlink is not for --rpc, as the queue is not its alone');
      const { askEach } = await import('../services/rpc-host.js');
      const { method, retries, unordered } = given;
      const request = { timeout, priority, method, retries };
      const lanes = { concurrency: concurrency ?? 1, ordered: unordered !== true };
      await askEach(queues, { request, end, stopAtError, ...lanes });
      return;
    }
    if (responses === undefined) throw wrong('the queue for the responses is missing');
    for (const name of OF_RPC) refuse(given[name] !== undefined, `--${name} needs --rpc`);
    const { exchange } = await import('../services/raw-host.js');
    await exchange(
      { ...queues, responses, unlink: given.unlink === true },
      { timeout, priority, concurrency: concurrency ?? Infinity, end, stopAtError },
    );
  });

function wrong(text: string): CommandError {
  return new CommandError(text, ExitCode.usage);
}

function refuse(isWrong: boolean, text: string): void {
  if (isWrong) throw wrong(text);
}
