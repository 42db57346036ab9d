import { Option, type Command } from 'commander';
import type { CreateOptions } from '../../index.js';
import { whole } from './common.js';

/** As given by the options for queues that a service makes. */
export interface QueuesGiven {
  readonly create: boolean;
  readonly depth?: number;
  readonly size?: number;
}

/** The options of a command that makes its queues where they are not there, as the programs of the raw protocol do. */
export function addQueueOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--depth <number>', 'how many messages a queue that it makes holds').argParser(
        whole(1),
      ),
    )
    .addOption(
      new Option('--size <bytes>', 'bytes of the largest message of such a queue').argParser(
        whole(1),
      ),
    )
    .option('--no-create', 'fail where a queue is not there');
}

type Opening = Pick<CreateOptions, 'create' | 'maxMessages' | 'maxMessageSize' | 'onMismatch'>;

/** What they say to the library: queues that are there are used as they are. */
export function openingOf({ create, depth, size }: QueuesGiven): Opening {
  return { create, maxMessages: depth, maxMessageSize: size, onMismatch: 'keep' };
}
