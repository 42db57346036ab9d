import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Command, Option } from 'commander';
import { MessageQueue } from '../../index.js';
import { options, queueName } from '../arguments/common.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { Limit } from '../messages/limit.js';
import { interrupted } from '../base/interruption.js';

interface Given {
  readonly message?: true;
  readonly empty?: true;
  readonly timeout?: number;
}

export const command: Command = new Command('wait')
  .description('wait until a queue exists, has a message, or is empty')
  .argument('<name>', 'name of the queue', queueName)
  .addOption(
    new Option('--message', 'until it has a message, which stays there').conflicts('empty'),
  )
  .option('--empty', 'until it has none')
  .addOption(options.timeout('how long to wait, or fail with 124'))
  .addHelpText(
    'after',
    `
A queue that does not exist is waited for first, also with --message and --empty. No message is taken.

Examples:
  mqueue wait jobs --timeout 30s && ./worker
  mqueue wait jobs --message && mqueue recv jobs --until-empty
  mqueue wait jobs --empty && ./stop`,
  )
  .action(async (name: string, { message, empty, timeout = Infinity }: Given) => {
    const end = performance.now() + timeout;
    const queue = await whenThere(name, timeout, (message ?? empty) === true);
    if (queue === undefined) return;
    try {
      if (message === true) await told(queue, 'readable', end);
      if (empty === true) await told(queue, 'empty', end);
    } finally {
      await queue.close();
    }
  });

/** Undefined where it exists, and this user may not open it. */
async function whenThere(
  name: string,
  timeout: number,
  isLookedAt: boolean,
): Promise<MessageQueue | undefined> {
  try {
    return await MessageQueue.waitFor(name, {
      access: 'read',
      reopen: 'existing',
      timeout,
      signal: interrupted(),
    });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === 'ETIMEDOUT') throw lateError(`there was no queue ${name}`);
    if (code === 'EACCES' && !isLookedAt && !(error instanceof TypeError)) return undefined;
    throw error;
  }
}

/** By the kernel: nothing is looked at meanwhile. */
async function told(queue: MessageQueue, event: 'readable' | 'empty', end: number): Promise<void> {
  using limit = new Limit(Math.max(0, end - performance.now()));
  try {
    await once(queue, event, { signal: limit.signal });
  } catch (error) {
    if (!limit.isOver) throw error;
    const state = event === 'empty' ? 'was not empty' : 'had no message';
    throw lateError(`queue ${queue.name} ${state}`);
  }
}

function lateError(what: string): CommandError {
  return new CommandError(
    `${what} in time. Try again, or give a longer --timeout`,
    ExitCode.timeout,
  );
}
