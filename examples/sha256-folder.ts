// A real job: the SHA-256 of every file in a folder, by several worker processes. Prints what
// `sha256sum` prints for these files in the order of their names; progress goes to standard error.
//
//   node out/examples/sha256-folder.js FOLDER [--workers N]

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { json } from 'posix-mqueue';
import { Host } from 'posix-mqueue/service';
import { Fleet } from './fleet.js';
import { report, terminationSignal } from './signals.js';

/** What a worker answers. */
export type Digest = { path: string; hash: string } | { path: string; error: string };

// A path has 4,096 bytes at most; JSON may write some of them as two.
const SIZES = { maxMessages: 4, maxMessageSize: 8192 };

async function filesIn(folder: string): Promise<string[]> {
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

async function digestAll(
  host: Host<typeof json>,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Digest[]> {
  const digests: Digest[] = [];
  const bar = new SingleBar({ stream: process.stderr, format: '{bar} {value}/{total} files' });
  bar.start(paths.length, 0);
  const sending = (async () => {
    for (const path of paths) await host.send(path, { signal });
  })();
  const receiving = (async () => {
    while (digests.length < paths.length) {
      digests.push((await host.receive({ signal })) as Digest);
      bar.update(digests.length);
    }
  })();
  try {
    await Promise.all([sending, receiving]);
  } finally {
    bar.stop();
  }
  return digests;
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
  let digests: Digest[];
  try {
    await fleet.ready(signal);
    digests = await digestAll(host, paths, signal);
  } finally {
    await fleet.stop();
    await host.close();
  }
  const byPath = new Map(digests.map((digest) => [digest.path, digest]));
  for (const path of paths) {
    const digest = byPath.get(path);
    if (digest === undefined) continue;
    if ('hash' in digest) console.log(line(path, digest.hash));
    else report(new Error(`${path}: ${digest.error}`));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const program = new Command('sha256-folder')
    .argument('<folder>')
    .option('--workers <number>', 'how many worker processes', Number, 2)
    .parse();
  main(program.args[0] ?? '.', program.opts<{ workers: number }>().workers).catch(report);
}
