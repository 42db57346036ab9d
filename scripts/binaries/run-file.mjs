import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Milliseconds: qemu takes 10 to 20 times as long as the machine itself, and a child process two seconds to begin. */
const TEST = 120_000;
/** Milliseconds without an event of the run: more than any test may take by a limit of its own. */
const SILENCE = 1_500_000;
const LOOK = 5000;

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

/** Calls `stop` once the run that writes there has been silent for long. */
function watch(path, stop) {
  const since = Date.now();
  return setInterval(() => {
    const last = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? since;
    if (Date.now() - last > SILENCE) stop();
  }, LOOK);
}

/**
 * Runs one file of tests in an IPC namespace of its own.
 *
 * @returns the counts, the failures, what was printed besides, and where it came to no end
 */
export async function runFile({ root, copy, folder, node, environment, file, grep }) {
  const events = join(folder, 'events');
  rmSync(events, { force: true });
  const mocha = join(root, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const reporter = join(root, 'scripts', 'binaries', 'reporter.mjs');
  const parameters = ['--no-config', '--timeout', String(TEST), '--exit', '--reporter', reporter];
  parameters.push('--reporter-option', `events=${events}`);
  if (grep !== undefined) parameters.push('--grep', grep);
  const begun = performance.now();
  const child = spawn('unshare', ['--ipc', node, mocha, ...parameters, relative(copy, file)], {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => (output += data));
  }
  const end = () => endAll(child);
  process.prependOnceListener('exit', end);
  // What it left running would hold its output open.
  child.once('exit', end);
  const timer = watch(events, end);
  const [code, signal] = await once(child, 'close');
  clearInterval(timer);
  process.off('exit', end);
  const seen = eventsIn(events);
  const of = (kind) => seen.filter((event) => event.kind === kind);
  const last = seen.at(-1);
  return {
    passed: of('passed').length,
    skipped: of('skipped').length,
    failures: of('failed'),
    stuck:
      last?.kind === 'ended'
        ? undefined
        : { title: last?.title ?? 'before the first test', how: signal ?? `exit code ${code}` },
    milliseconds: performance.now() - begun,
    output,
  };
}
