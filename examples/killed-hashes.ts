// The SHA-256 of every file in a folder, though a worker process is killed by SIGKILL every second: another one is
// started in its place, and what it had in hand comes again. Prints what `sha256sum` prints, in the order of the names,
// and on standard error how many workers it took.
//
//   node out/examples/killed-hashes.js FOLDER [--workers N] [--kill MILLISECONDS]

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { Crew } from './crew.js';
import { workerCount } from './fleet.js';
import { filesIn, printSums, reportUnfinished, type Digest } from './sha256-folder.js';
import { terminationSignal } from './signals.js';

interface Options {
  workers: number;
  kill: number;
}

/** Until it is over. Resolves to how many it has killed, when others work in their place. */
async function killEvery(
  milliseconds: number,
  { pool }: Crew,
  over: AbortSignal,
  signal: AbortSignal,
): Promise<number> {
  for (let killed = 0; ; killed += 1) {
    const ended = AbortSignal.any([over, signal]);
    await sleep(milliseconds, undefined, { signal: ended }).catch(() => undefined);
    const victim = pool.pids[killed % pool.pids.length];
    if (ended.aborted || victim === undefined) return killed;
    // Who comes in its place begins with what it had in hand.
    const replaced = once(pool, 'online', { signal }).catch(() => undefined);
    process.kill(victim, 'SIGKILL');
    await replaced;
  }
}

async function main(folder: string, { workers, kill }: Options): Promise<void> {
  const signal = terminationSignal();
  const paths = await filesIn(folder);
  const digests = new Map<string, Digest>();
  const over = new AbortController();
  let killed = 0;
  {
    await using crew = new Crew(`/hashes-${process.pid}`, workers, { maxRestartDelay: 100 });
    await crew.start(signal);
    crew.pool.on('exit', ({ pid, expected }) => {
      if (!expected) console.error(`Worker ${pid} was killed`);
    });
    const killing = killEvery(kill, crew, over.signal, signal);
    const options = { method: 'sha256', concurrency: 2 * workers, signal } as const;
    try {
      await crew.host.requestAll(paths, options).forEach((digest) => {
        digests.set(digest.path, digest);
      });
    } finally {
      over.abort();
      killed = await killing;
    }
  }
  printSums(paths, digests);
  console.error(`${paths.length} files, ${killed} workers killed`);
}

function milliseconds(value: string): number {
  const number = Number(value);
  if (!(number >= 1)) throw new InvalidArgumentError('must be 1 or more.');
  return number;
}

const program = new Command('killed-hashes')
  .argument('<folder>')
  .option('--workers <number>', 'how many worker processes', workerCount, 2)
  .option('--kill <milliseconds>', 'how often one of them is killed', milliseconds, 1000)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();
main(program.args[0] ?? '.', program.opts<Options>()).catch(reportUnfinished);
