import { Command } from 'commander';
import { bridge, type Bridge } from '../../service.js';
import { duration, options, queueName, whole } from '../arguments/common.js';
import { address, bridgeEnd, type Address } from '../arguments/address.js';
import { interrupted } from '../base/interruption.js';
import { printJson } from '../base/output.js';

interface Given {
  readonly create?: true;
  readonly depth?: number;
  readonly size?: number;
  readonly concurrency: number;
  readonly redelivery: boolean;
  readonly deadLetter?: string;
  readonly spool?: string;
  readonly maxSpoolSize?: number;
  readonly spoolAfter?: number;
  readonly json?: true;
}

/** Milliseconds that the message in hand has at a signal. */
const GRACE = 5000;

export const command: Command = new Command('bridge')
  .description(
    'pass messages on from one queue to another, of this machine or of RabbitMQ, until a signal ends it',
  )
  .argument('<from>', 'a queue, or amqp://user@host:5672/vhost#queue', address)
  .argument('<to>', 'the same', address)
  .option('--create', 'make the queues where they are not there')
  .option('--depth <number>', 'how many messages a queue that is made holds', whole(1))
  .option('--size <bytes>', 'bytes of the largest message of a queue that is made', whole(1))
  .option(
    '--concurrency <number>',
    'messages on their way at one time; more than 1 lose the order',
    whole(1, 10_000),
    1,
  )
  .option(
    '--no-redelivery',
    'lose the message in hand when the bridge is killed, in place of having it twice',
  )
  .option(
    '--dead-letter <name>',
    'queue for messages that are too large for the other side',
    queueName,
  )
  .option('--spool <path>', 'file for messages while the other side takes none')
  .option(
    '--max-spool-size <bytes>',
    'bytes that this file may grow to (default: 64 MiB)',
    whole(1024),
  )
  .option(
    '--spool-after <duration>',
    'how long a message waits before it goes to the file (default: 1s)',
    duration,
  )
  .addOption(options.json())
  .addHelpText(
    'after',
    `
A message is taken when the one before it is confirmed by the other side. amqp:#queue is on the broker that AMQP_URL
in the environment names, which keeps its password out of the list of processes.

Examples:
  mqueue bridge jobs amqp://localhost#jobs --create
  AMQP_URL=amqps://user:password@cluster/prod mqueue bridge amqp:#results results --spool /var/spool/results`,
  )
  .action(async (from: Address, to: Address, given: Given) => {
    const { create, depth, size, json, ...rest } = given;
    const making = create === true ? { create, maxMessages: depth, maxMessageSize: size } : {};
    const link = bridge(await bridgeEnd(from, making), await bridgeEnd(to, making), rest);
    let isOpen = false;
    link.once('ready', () => (isOpen = true));
    tellOf(link);
    try {
      await link.run({ signal: interrupted(), timeout: GRACE });
    } finally {
      const { received, sent, inSpool, failed } = link.stats();
      if (json === true) await printJson(link.stats());
      if (isOpen)
        console.error(
          `received ${received}, sent ${sent}, in the spool file ${inSpool}, failed ${failed}`,
        );
    }
  });

function tellOf(link: Bridge): void {
  link.on('ready', () => console.error('both queues are open'));
  link.on('spooling', () =>
    console.error('the other side takes none: messages go to the spool file'),
  );
  link.on('spoolFull', () => console.error('the spool file is full: messages wait in their queue'));
  link.on('spoolEmpty', () => console.error('all of the spool file is sent'));
  link.on('unlinked', (queue) =>
    console.error(`${queue} was removed: waiting until it is made again`),
  );
  link.on('reopened', (queue) => console.error(`${queue} is there again`));
  link.on('failure', ({ error }) => console.error((error as Error).message));
}
