import type { Command } from 'commander';

/** A file of commands/. */
interface CommandFile {
  readonly command: Command;
}

/** Each command by its name, in the order of the help. */
const files: Readonly<Record<string, () => Promise<CommandFile>>> = {
  ls: () => import('./commands/ls.js'),
  stat: () => import('./commands/stat.js'),
  create: () => import('./commands/create.js'),
  rm: () => import('./commands/rm.js'),
  limits: () => import('./commands/limits.js'),
  gc: () => import('./commands/gc.js'),
  wait: () => import('./commands/wait.js'),
  send: () => import('./commands/send.js'),
  recv: () => import('./commands/recv.js'),
  tee: () => import('./commands/tee.js'),
  requeue: () => import('./commands/requeue.js'),
  worker: () => import('./commands/worker.js'),
  host: () => import('./commands/host.js'),
  top: () => import('./commands/top.js'),
  metrics: () => import('./commands/metrics.js'),
  bridge: () => import('./commands/bridge.js'),
  bench: () => import('./commands/bench.js'),
  complete: () => import('./commands/complete.js'),
};

export function isCommand(name: string): boolean {
  return Object.hasOwn(files, name);
}

/** The command of this name alone, or all where there is none. */
export async function commandsFor(name: string | undefined): Promise<Command[]> {
  const known = name !== undefined && isCommand(name) ? files[name] : undefined;
  const loading = known === undefined ? Object.values(files) : [known];
  const loaded = await Promise.all(loading.map((load) => load()));
  return loaded.map(({ command }) => command);
}
