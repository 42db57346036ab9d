// What `npm start` runs: a host, and three workers in processes of their own. Each task goes to the
// worker that has waited longest; the table at the end shows how many each did.
//
//   npm start                 twenty tasks
//   npm start -- FILE         each line of the file is a task; - is standard input

import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import Table from 'cli-table3';
import { text } from 'posix-mqueue';
import { Host } from 'posix-mqueue/service';
import { endBoth, Fleet, workerCount } from './fleet.js';
import { report, terminationSignal } from './signals.js';
import { linesOf, twentyTasks, Unanswered } from './tasks.js';

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
  .option('--workers <number>', 'how many worker processes', workerCount, 3)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

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
  const unanswered = new Unanswered();
  let sentAll = false;
  let wake = (): void => undefined;
  // Both queues hold one message: sending everything first would never end.
  const reading = (async () => {
    for (;;) {
      if (unanswered.size > 0) {
        const response = await host.receive({ signal });
        if (response.startsWith('failed (')) throw new Error(`a worker answered '${response}'`);
        if (unanswered.settle(response)) console.log(`Received message '${response}'`);
        else console.error(`Dropped message '${response}', which answers no task of this run`);
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
        unanswered.add(task);
        wake();
        await host.send(task, { signal });
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
  for (const event of ['stale', 'unsolicited'] as const) {
    host.on(event, (message) => {
      console.log(`Dropped message '${message.text()}' of an earlier run`);
    });
  }
  await host.open();
  const fleet = new Fleet(workers, './worker.js', [requests, responses]);
  const living = fleet.whileItLives(signal);
  const counts = countWork(fleet.workers);
  try {
    await fleet.ready(living);
    await exchange(host, file, living);
    if (fleet.failure !== undefined) throw fleet.failure;
  } catch (error) {
    throw fleet.failure ?? error;
  } finally {
    await endBoth(fleet, host);
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
