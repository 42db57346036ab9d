import { Command, Option } from 'commander';
import { options, duration, queueName, whole } from '../arguments/common.js';
import { CommandError, ExitCode } from '../base/exit-codes.js';
import { interrupted } from '../base/interruption.js';
import { counted } from '../base/notice.js';
import { Separator } from '../messages/records.js';
import { FORMATS, render, type Format } from '../messages/rendering.js';
import { openSink } from '../messages/sink.js';
import { openSource, type Source } from '../messages/sources.js';

interface Given {
  readonly count?: number;
  readonly follow?: true;
  readonly untilEmpty?: true;
  readonly idle?: number;
  readonly timeout?: number;
  readonly format: Format;
  readonly null?: true;
  readonly ack?: true;
}

export const command: Command = new Command('recv')
  .description('receive messages, and print them')
  .argument('<name>', 'name of the queue', queueName)
  .addOption(
    new Option('--count <number>', 'how many messages (default: 1)')
      .argParser(whole(1))
      .conflicts('follow'),
  )
  .option('-f, --follow', 'all that come, until it is ended by Ctrl-C or another signal')
  .addOption(
    new Option('--until-empty', 'all that are there, without waiting for more').conflicts([
      'follow',
      'idle',
      'timeout',
    ]),
  )
  .addOption(
    new Option(
      '--idle <duration>',
      'all that come, until none has come for so long after another',
    ).argParser(duration),
  )
  .addOption(options.timeout('how long to wait for a message, or fail with 124'))
  .addOption(
    new Option('--format <format>', 'how a message is printed').choices(FORMATS).default('text'),
  )
  .option('-0, --null', 'print NUL behind each message, not a newline')
  .option('--ack', 'count a message as received only when it is printed')
  .addHelpText(
    'after',
    `
Formats: text is its bytes and a newline; raw its bytes alone; hex its bytes as digits; json its priority with its body, or
base64 where that is no UTF-8, for jq and for mqueue send --format json.

The highest priority comes first. Who receives a message takes it: there is no peek. What was taken when a signal, or the
end of whoever reads the output, comes in between and is not printed goes back into the queue, behind what is there.
kill -9 takes what is in hand along, but not with --ack: then it comes again, to the next mqueue recv --ack or worker
with redelivery, perhaps once more than it should.

Examples:
  mqueue recv jobs --timeout 5s
  mqueue recv jobs --follow > jobs.txt
  mqueue recv jobs --until-empty --format json | jq .body
  mqueue recv files --count 100 --null --ack | xargs -0 sha256sum`,
  )
  .action(async (name: string, given: Given) => {
    if (given.format === 'raw' && given.null === true) {
      throw new CommandError('raw puts nothing behind a message: leave --null out', ExitCode.usage);
    }
    interrupted();
    const source = await openSource(name, given.ack === true, given.untilEmpty === true);
    try {
      await printAll(name, source, given);
    } finally {
      await source.close();
    }
  });

async function printAll(name: string, source: Source, given: Given): Promise<void> {
  const { untilEmpty, idle, timeout, format } = given;
  const sink = openSink();
  const endsItself = (given.follow ?? untilEmpty ?? idle) !== undefined;
  const most = given.count ?? (endsItself ? Infinity : 1);
  const ending = given.null === true ? Separator.null : Separator.line;
  const separator = format === 'raw' ? undefined : ending;
  for (let printed = 0; printed < most;) {
    const isIdle = printed > 0 && idle !== undefined;
    const messages = await source.next(most - printed, isIdle ? idle : timeout);
    if (messages.length === 0) {
      if (untilEmpty === true || isIdle) return;
      throw lateError(name, printed, most);
    }
    const taken = await sink.write(render(messages, format, separator));
    await source.printed(taken);
    if (sink.failure !== undefined) throw sink.failure;
    if (taken < messages.length) return;
    printed += taken;
  }
}

function lateError(name: string, printed: number, most: number): CommandError {
  const wanted = most > 1 && most < Infinity ? ` of ${most}` : '';
  const soFar = printed === 0 && wanted === '' ? '' : `, after ${counted(printed)}${wanted}`;
  return new CommandError(
    `queue ${name} brought no message in time${soFar}. Try again, or give a longer --timeout`,
    ExitCode.timeout,
  );
}
