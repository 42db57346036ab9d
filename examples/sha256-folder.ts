// A real job: the SHA-256 of every file in a folder, by several worker processes. Prints what
// `sha256sum` prints for these files in the order of their names; progress goes to standard error. The
// exit code is 1 when a file could not be read, or an answer is missing or belongs to nothing asked.
//
//   node out/examples/sha256-folder.js FOLDER [--workers N]

import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { json } from 'posix-mqueue';
import { Host } from 'posix-mqueue/service';
import { endBoth, Fleet, workerCount } from './fleet.js';
import { report, terminationSignal } from './signals.js';

/** What a worker answers. */
export type Digest = { path: string; hash: string } | { path: string; error: string };

// A path has 4,096 bytes at most; JSON may write some of them as two.
const SIZES = { maxMessages: 4, maxMessageSize: 8192 };

/** In the order of their names. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** As sha256sum writes it: a name with a backslash or a line break is escaped, and marked so. */
function line(path: string, hash: string): string {
  const escaped = path.replace(/[\\\n\r]/g, (character) =>
    character === '\\' ? '\\\\' : character === '\n' ? '\\n' : '\\r',
  );
  return `${escaped === path ? '' : '\\'}${hash}  ${escaped}`;
}

/** Each answer names its file, so that one which belongs to no request of this run is found out. */
async function digestAll(
  host: Host<typeof json>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Digest>> {
  const digests = new Map<string, Digest>();
  const missing = new Set(paths);
  const bar = new SingleBar({ stream: process.stderr, format: '{bar} {value}/{total} files' });
  bar.start(paths.length, 0);
  const sending = (async () => {
    for (const path of paths) await host.send(path, { signal });
  })();
  const receiving = (async () => {
    while (missing.size > 0) {
      const digest = (await host.receive({ signal })) as Digest;
      if (missing.delete(digest.path)) digests.set(digest.path, digest);
      else report(new Error(`dropped an answer that was not asked for, '${digest.path}'`));
      bar.update(digests.size);
    }
  })();
  try {
    await Promise.all([sending, receiving]);
  } finally {
    bar.stop();
  }
  return digests;
}

/** Tells what has none. */
export function printSums(paths: readonly string[], digests: ReadonlyMap<string, Digest>): void {
  for (const path of paths) {
    const digest = digests.get(path);
    if (digest === undefined) report(new Error(`${path}: no answer`));
    else if ('hash' in digest) console.log(line(path, digest.hash));
    else report(new Error(`${path}: ${digest.error}`));
  }
}

async function main(folder: string, workers: number): Promise<void> {
  const signal = terminationSignal();
  const paths = await filesIn(folder);
  const names = {
    requests: `/sha256-${process.pid}-files`,
    responses: `/sha256-${process.pid}-sums`,
  };
  const host = new Host({ ...names, ...SIZES, codec: json });
  await host.open();
  const fleet = new Fleet(workers, './sha256-worker.js', [names.requests, names.responses]);
  const living = fleet.whileItLives(signal);
  let digests: Map<string, Digest>;
  try {
    await fleet.ready(living);
    digests = await digestAll(host, paths, living);
  } catch (error) {
    throw fleet.failure ?? error;
  } finally {
    await endBoth(fleet, host);
  }
  printSums(paths, digests);
}

/** What was asked for is not complete, and a shell is to know. */
export function reportUnfinished(error: unknown): void {
  report(error);
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code !== 'ABORT_ERR') return;
  process.exitCode = cause === 'SIGINT' || cause === 'SIGTERM' ? 128 + constants.signals[cause] : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const program = new Command('sha256-folder')
    .argument('<folder>')
    .option('--workers <number>', 'how many worker processes', workerCount, 2)
    .showHelpAfterError()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .parse();
  const { workers } = program.opts<{ workers: number }>();
  main(program.args[0] ?? '.', workers).catch(reportUnfinished);
}
