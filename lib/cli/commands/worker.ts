import { Command, Option } from 'commander';
import type { ProgramOptions } from '../../service.js';
import { options, queueName, whole } from '../arguments/common.js';
import { partsOf } from '../arguments/behind-dashes.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { addQueueOptions, openingOf, type QueuesGiven } from '../arguments/service-queues.js';

interface Given extends QueuesGiven {
  readonly arg?: true;
  readonly lines?: true;
  readonly keepNewline?: true;
  readonly concurrency: number;
  readonly timeout?: number;
  readonly redelivery?: true;
  readonly maxAttempts?: number;
  readonly deadLetter?: string;
  readonly rpc?: true;
}

const newCommand = new Command('worker')
  .description('make any program a worker: it reads a request, and what it prints is the response')
  .usage('[options] <requests> [responses] -- <program> [argument...]')
  .argument('<requests>', 'name of the queue that it takes from')
  .argument('[responses]', 'name of the queue for the responses; without one they are printed')
  .argument('[program...]', 'the program and its arguments, behind --')
  .addOption(new Option('--arg', 'give a request as the last argument').conflicts('lines'))
  .option('--lines', 'one program that goes on: a line for each request, a line for its response')
  .addOption(
    new Option('--keep-newline', 'keep a newline at the end of what is printed').conflicts('lines'),
  )
  .addOption(
    new Option('--concurrency <number>', 'how many requests are worked on at one time')
      .argParser(whole(1, 10_000))
      .default(1),
  )
  .addOption(options.timeout('end a program that takes longer for a request'))
  .option('--redelivery', 'a request comes again where its worker was killed; needs /dev/shm')
  .addOption(
    new Option(
      '--max-attempts <number>',
      'how many workers may be killed with a request (default: 5)',
    ).argParser(whole(1, 65_535)),
  )
  .addOption(
    new Option('--dead-letter <queue>', 'where requests go that failed or were given up').argParser(
      queueName,
    ),
  )
  .option('--rpc', 'speak the protocol MQ1: each reply goes to who asked');

export const command: Command = addQueueOptions(newCommand)
  .addHelpText(
    'after',
    `
Each request is the standard input of a fresh program, as a whole. One newline at the end of what it prints is not
part of the response, unless --keep-newline is given. MQUEUE_PRIORITY, MQUEUE_ATTEMPT and, with --rpc, MQUEUE_METHOD
are in its environment.

A program that ends otherwise than with exit code 0 has failed: that is told on standard error, and the worker goes
on. With --rpc who asked is told too, with the code and the end of the program's standard error; without it there is
no response, and the request goes to the queue of --dead-letter, from where mqueue requeue brings it back.

SIGINT and SIGTERM end the worker when the requests in hand are done; a second one ends it at once. No program is
left behind, also by kill -9.

Queues that are not there are made: for 1 message of 512 bytes, as all programs of the raw protocol do, and with
--rpc for 10 of 2048 bytes.

Examples:
  mqueue worker jobs results -- tr a-z A-Z
  mqueue worker mails --dead-letter mails-dead -- ./send-mail
  mqueue worker jobs results --arg --timeout 10s -- ./resize --size 100
  mqueue worker jobs results --lines --concurrency 4 -- python3 -u answer.py
  mqueue worker jobs --rpc --redelivery --dead-letter jobs-dead -- jq .name`,
  )
  .action(async (_requests: string, _responses: string, _program: string[], given: Given) => {
    const { before, behind } = partsOf(command);
    const [requests, responses, ...others] = before.map(queueName);
    const [program = '', ...args] = behind;
    if (requests === undefined) throw wrong('which queue? Its name stands before --');
    if (others.length > 0) throw wrong(`there is one queue too many: ${others.join(' ')}`);
    if (given.rpc === true && responses !== undefined) {
      throw wrong(`with --rpc a reply goes to who asked: leave ${responses} out`);
    }
    const { work, workByRpc } = await import('../services/program-worker.js');
    const { concurrency, redelivery, maxAttempts, deadLetter } = given;
    const queues = {
      ...openingOf(given),
      requests,
      concurrency,
      redelivery,
      maxAttempts,
      deadLetter,
    };
    const working = { command: program, args, options: programOptionsOf(given, responses) };
    if (given.rpc === true) await workByRpc(working, queues);
    else {
      const buryFailures = deadLetter !== undefined;
      await work(working, { ...queues, responses, buryFailures });
    }
  });

function wrong(text: string): CommandError {
  return new CommandError(text, ExitCode.usage);
}

function programOptionsOf(
  { arg, lines, keepNewline, timeout, rpc }: Given,
  responses: string | undefined,
): ProgramOptions {
  const input = lines === true ? 'lines' : arg === true ? 'argument' : 'stdin';
  // What is printed stays as it is, of whatever size.
  const prints = rpc !== true && responses === undefined;
  return {
    input,
    timeout,
    trailingNewline: keepNewline === true || prints ? 'keep' : 'strip',
    maxOutput: prints ? Infinity : undefined,
  };
}
