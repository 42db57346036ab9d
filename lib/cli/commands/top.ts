import { setTimeout as pause } from 'node:timers/promises';
import { Command, Option } from 'commander';
import {
  exhaustMap,
  fromEvent,
  lastValueFrom,
  map,
  merge,
  scan,
  Subject,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import { holdersOf, QueueSampler } from '../../inspect.js';
import { duration, options, queueNames } from '../arguments/common.js';
import { interrupted } from '../base/interruption.js';
import { printJson, printLine } from '../base/output.js';
import { next, shownRows, START, type Change, type Key, type Picture } from '../top/state.js';
import { table, view } from '../top/view.js';
import { shownUsage } from '../terminal/usage.js';

interface Given {
  readonly json?: true;
  readonly every: number;
}

export const command: Command = new Command('top')
  .description('watch queues live: how full they are, what comes and goes, who waits')
  .argument('[name...]', 'only these queues (default: all)', queueNames)
  .addOption(
    new Option('--every <duration>', 'how often the picture changes, in seconds or with a unit')
      .argParser(duration)
      .default(1000, '1s'),
  )
  .addOption(options.json())
  .addHelpText(
    'after',
    `
IN/s and OUT/s are seen by looking at how full a queue is, a hundred times a second: the kernel counts neither, so at
least so many came and went. No message is taken. Where standard output is no terminal, one picture is printed.

Keys: n m f i o sort by name, messages, fill, in or out; / filters by name; arrows and page keys scroll; q quits.

Examples:
  mqueue top
  mqueue top jobs results --every 500ms
  mqueue top | cat`,
  )
  .action(async (names: readonly string[], { json, every }: Given) => {
    using sampler = new QueueSampler(names.length > 0 ? { names } : {});
    if (json === true || !process.stdout.isTTY || !process.stdin.isTTY)
      await printOnce(sampler, every, json);
    else await watch(sampler, every);
  });

async function pictureOf(sampler: QueueSampler): Promise<Picture> {
  const queues = await sampler.take();
  const holders = await holdersOf(new Map(queues.map(({ name, file }) => [name, file])));
  const rows = queues.map((queue) => {
    const others = (holders.get(queue.name) ?? []).filter(({ pid }) => pid !== process.pid);
    return { ...queue, openBy: others };
  });
  return { rows, usage: shownUsage(queues) };
}

/** Of the time of one picture. */
async function printOnce(sampler: QueueSampler, every: number, json?: true): Promise<void> {
  await sampler.take();
  await pause(every);
  const picture = await pictureOf(sampler);
  const rows = shownRows({ ...START, ...picture });
  if (json === true) await printJson(rows.map(({ file: _file, ...row }) => row));
  else await printLine(table(rows, process.stdout.columns || 80));
}

async function watch(sampler: QueueSampler, every: number): Promise<void> {
  // The first picture comes soon, with what is there.
  await sampler.take();
  const { Screen } = await import('../top/screen.js');
  const keys = new Subject<Key>();
  using screen = new Screen((key) => {
    keys.next(key);
  });
  const changes = merge<Change[]>(
    timer(0, every).pipe(exhaustMap(() => pictureOf(sampler))),
    keys.pipe(map((key) => ({ key }))),
    fromEvent(process.stdout, 'resize').pipe(map(() => ({}))),
  );
  const shown = changes.pipe(
    takeUntil(fromEvent(interrupted(), 'abort')),
    scan(next, START),
    takeWhile(({ ended }) => !ended),
    tap((state) => {
      screen.show(view(state, screen.width, screen.height));
    }),
  );
  await lastValueFrom(shown, { defaultValue: START });
}
