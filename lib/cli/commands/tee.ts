import { Command } from 'commander';
import { tee, type Tee } from '../../service.js';
import { options, whole } from '../arguments/common.js';
import { address, addresses, bridgeEnd, type Address } from '../arguments/address.js';
import { interrupted } from '../base/interruption.js';
import { printJson } from '../base/output.js';

interface Given {
  readonly count?: number;
  readonly redelivery?: true;
  readonly json?: true;
}

/** Milliseconds that the message in hand has at a signal. */
const GRACE = 5000;

export const command: Command = new Command('tee')
  .description('move each message of a queue on to several others, until a signal ends it')
  .argument('<from>', 'a queue, or amqp://user@host:5672/vhost#queue', address)
  .argument('<to...>', 'the same', addresses)
  .option('--count <number>', 'end after so many messages', whole(1))
  .option(
    '--redelivery',
    'keep the message in hand where kill -9 does not lose it; queues may then get it twice',
  )
  .addOption(options.json())
  .addHelpText(
    'after',
    `
The programs that received from <from> receive from one of <to> instead. Priority and order stay. A message is taken when
all queues have the one before: where one is full, all wait. Nothing is lost by a signal; kill -9 without --redelivery loses
the one message in hand, for those queues that have not got it yet. A queue that is removed is waited for until it is made
again.

Examples:
  mqueue tee jobs jobs-work jobs-log
  mqueue tee --redelivery jobs jobs-work amqp://localhost#jobs`,
  )
  .action(async (from: Address, to: readonly Address[], { json, ...given }: Given) => {
    const ends = await Promise.all(to.map((each) => bridgeEnd(each, {})));
    const copies = tee(await bridgeEnd(from, {}), ends, given);
    let isOpen = false;
    copies.once('ready', () => (isOpen = true));
    tellOf(copies);
    try {
      await copies.run({ signal: interrupted(), timeout: GRACE });
    } finally {
      const { received, sent } = copies.stats();
      if (json === true) await printJson(copies.stats());
      if (isOpen) console.error(`received ${received}, moved on ${sent}`);
    }
  });

function tellOf(copies: Tee): void {
  copies.on('ready', () => console.error('all queues are open'));
  copies.on('unlinked', (queue) =>
    console.error(`${queue} was removed: waiting until it is made again`),
  );
  copies.on('reopened', (queue) => console.error(`${queue} is there again`));
}
