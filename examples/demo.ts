// What `npm start` runs: a host, and three workers in processes of their own. Each task goes to the
// worker that has waited longest; the table at the end shows how many each did.
//
//   npm start                 twenty tasks
//   npm start -- FILE         each line of the file is a task; - is standard input

import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Command, InvalidArgumentError } from 'commander';
import Table from 'cli-table3';
import { text } from 'posix-mqueue';
import { Host } from 'posix-mqueue/service';
import { Fleet } from './fleet.js';
import { report, terminationSignal } from './signals.js';
import { linesOf, twentyTasks } from './tasks.js';

// Of the 512 bytes of a message, the worker adds ` processed` to its answer.
const MAX_TASK = 512 - ' processed'.length;

interface Options {
  requests: string;
  responses: string;
  workers: number;
}

const program = new Command('demo')
  .description('A host and its workers, in processes of their own, over two message queues.')
  .argument('[file]', 'a task for each line; - for standard input. Without it: twenty tasks')
  .option('--requests <name>', 'queue from the host to the workers', '/mq_queue_host')
  .option('--responses <name>', 'queue from the workers to the host', '/mq_queue_worker')
  .option('--workers <number>', 'how many worker processes', readCount, 3)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

function readCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('must be 1 or more.');
  return count;
}

/** Counts the responses that each worker says that it sends. */
function countWork(workers: readonly ChildProcess[]): number[] {
  const counts = workers.map(() => 0);
  workers.forEach((worker, index) => {
    if (worker.stdout === null) return;
    createInterface({ input: worker.stdout }).on('line', (line) => {
      if (line.startsWith('Sending')) counts[index] = (counts[index] ?? 0) + 1;
    });
  });
  return counts;
}

async function exchange(host: Host<typeof text>, file: string | undefined, signal: AbortSignal) {
  const tasks = file === undefined ? twentyTasks() : linesOf(file, MAX_TASK, signal);
  let unanswered = 0;
  let sentAll = false;
  let wake = (): void => undefined;
  // Both queues hold one message: sending everything first would never end.
  const reading = (async () => {
    for (;;) {
      if (unanswered > 0) {
        console.log(`Received message '${await host.receive({ signal })}'`);
        unanswered -= 1;
      } else if (sentAll) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  })();
  const sending = (async () => {
    try {
      for await (const task of tasks) {
        console.log(`Sending message '${task}'`);
        await host.send(task, { signal });
        unanswered += 1;
        wake();
      }
    } finally {
      sentAll = true;
      wake();
    }
  })();
  await Promise.all([sending, reading]);
}

async function main(file: string | undefined, options: Options): Promise<void> {
  const { requests, responses, workers } = options;
  const signal = terminationSignal();
  const host = new Host({ requests, responses, codec: text });
  host.on('stale', (message) => {
    console.log(`Dropped message '${message.text()}' of an earlier run`);
  });
  await host.open();
  const fleet = new Fleet(workers, './worker.js', [requests, responses]);
  const counts = countWork(fleet.workers);
  try {
    await fleet.ready(signal);
    await exchange(host, file, signal);
  } finally {
    await fleet.stop();
    await host.close();
  }
  const table = new Table({
    head: ['worker', 'process', 'tasks'],
    style: { head: [], border: [] },
  });
  counts.forEach((count, index) => {
    table.push([index + 1, fleet.workers[index]?.pid ?? '', count]);
  });
  console.log(table.toString());
}

main(program.args[0], program.opts<Options>()).catch(report);
