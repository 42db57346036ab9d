import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds: qemu takes 10 to 20 times as long as the machine itself, and a child process two seconds to begin. */
const TEST = 120_000;
/** Milliseconds without an event of the run: more than any test may take by a limit of its own. */
const SILENCE = 1_500_000;
const LOOK = 2000;

function eventsIn(path) {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** Ends what it has started too. */
function endAll(child) {
  try {
    process.kill(-Number(child.pid), 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}

function start({ root, copy, node, environment, grep }, files, events) {
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = join(copy, 'scripts', 'binaries', 'reporter.mjs');
  const parameters = ['--no-config', '--timeout', String(TEST), '--exit', '--reporter', reporter];
  parameters.push('--reporter-option', `events=${events}`);
  if (grep !== undefined) parameters.push('--grep', grep);
  const child = spawn('unshare', ['--ipc', node, mocha, ...parameters, ...files], {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  const run = { child, output: '', over: undefined, crashed: false };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => (run.output += data));
  }
  // What it left running would hold its output open.
  child.once('exit', () => endAll(child));
  void once(child, 'close').then(([code, signal]) => {
    // The emulator, and a shell, tell of a signal by such a code.
    run.crashed = signal !== null || code >= 128;
    run.over = signal ?? `exit code ${code}`;
  });
  return run;
}

/** What a file came to, of which these are the events. */
function resultOf(file, seen, since, stuck) {
  const of = (kind) => seen.filter((event) => event.kind === kind);
  const milliseconds = (seen.at(-1)?.at ?? Date.now()) - since;
  const [passed, skipped] = [of('passed').length, of('skipped').length];
  return { file, passed, skipped, failures: of('failed'), stuck, milliseconds };
}

/** Runs these in one process, and yields each that is over. Returns those that had no turn. */
async function* runTogether(machine, files) {
  const events = join(machine.folder, 'events');
  rmSync(events, { force: true });
  const run = start(machine, files, events);
  const end = () => endAll(run.child);
  process.prependOnceListener('exit', end);
  let since = Date.now();
  const done = new Set();
  for (;;) {
    const { over } = run;
    const seen = eventsIn(events);
    const last = seen.at(-1);
    const ended = last?.kind === 'ended';
    for (const file of new Set(seen.map((event) => event.file))) {
      if (file === undefined || done.has(file) || (file === last.file && !ended)) continue;
      const own = seen.filter((event) => event.file === file);
      yield resultOf(file, own, since);
      done.add(file);
      since = own.at(-1).at;
    }
    if (over !== undefined) {
      process.off('exit', end);
      const rest = files.filter((file) => !done.has(file));
      if (ended) {
        const crash = { how: over, title: 'after the last test', output: run.output };
        if (run.crashed) yield resultOf(last.file ?? files.at(-1), [], since, crash);
        return [];
      }
      // One that cannot be loaded keeps all from running.
      if (last === undefined && files.length > 1) return rest;
      const stuck = {
        how: over,
        title: last?.title ?? 'before the first test',
        output: run.output,
      };
      const file = last?.file ?? rest[0];
      yield resultOf(
        file,
        seen.filter((event) => event.file === file),
        since,
        stuck,
      );
      return rest.filter((each) => each !== file);
    }
    if (Date.now() - (last?.at ?? since) > SILENCE) end();
    await sleep(LOOK);
  }
}

/**
 * Runs files of tests, those of a room in one process while that comes to an end, each process in an IPC namespace of its own.
 *
 * @returns of each file, as it is over, the counts, the failures, and where it came to no end
 */
export async function* runFiles(machine, files) {
  let rest = files;
  while (rest.length > 0) {
    const before = rest.length;
    rest = yield* runTogether(machine, rest);
    if (rest.length === before) {
      for (const file of rest) yield* runTogether(machine, [file]);
      return;
    }
  }
}
