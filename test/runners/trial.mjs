import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { MessageQueue } from '../../dist/index.js';

const { BESIDE, REPORTS } = createRequire(import.meta.url)('./suites/cases.cjs');

/** A runner that is not at its end by then is kept alive by something. */
const PATIENCE = 90_000;

/** Runs it: what its tests reported, how it ended, and which of their queues are there yet. */
export async function tryOut(project, combination) {
  const folder = project.folder(combination);
  const path = join(folder, 'report.jsonl');
  writeFileSync(path, '');
  const [command, ...parameters] = combination.command;
  const env = { ...process.env, RUNNERS_REPORT: path, ...combination.env };
  // Neither a part of a run of node:test, nor as GitHub has it.
  for (const name of ['NODE_TEST_CONTEXT', 'CI', 'GITHUB_ACTIONS']) delete env[name];
  const child = spawn(command, parameters, {
    cwd: folder,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (data) => (output += data));
  }
  let late = false;
  const end = new AbortController();
  const patience = setTimeout(PATIENCE, undefined, { signal: end.signal }).then(
    () => {
      late = true;
      process.kill(-Number(child.pid), 'SIGKILL');
    },
    () => undefined,
  );
  if (combination.isWatch === true) void rerun(child, folder, path, combination);
  const [code, signal] = await once(child, 'close');
  end.abort();
  await patience;
  if (combination.next === true) loadAnew(folder);
  const reports = readReports(path);
  const made = reports.flatMap(({ made: name }) => (name === undefined ? [] : [name]));
  return { code, signal, output, late, reports, made, left: made.filter(unlink) };
}

/** What is not as it should be: sentences. */
export function problemsOf(combination, { code, output, late, reports, made, left }) {
  const {
    files,
    expected = REPORTS,
    isTogether = false,
    isWatch = false,
    warns = false,
  } = combination;
  const problems = [];
  const say = (what, isRight) => {
    if (!isRight) problems.push(what);
  };
  say(`did not end within ${PATIENCE / 1000} s`, !late);
  if (combination.code !== undefined) say(`ended with ${code}`, combination.code(code));
  say('made no queue', made.length > 0);
  say(`left ${left.length} queues`, left.length === 0);
  for (const file of combination.reporters ?? files) {
    const told = reports.filter((report) => report.file === file && 'isRight' in report);
    say(`${file}: reported nothing`, told.length > 0 || expected.length === 0);
    if (told.length === 0) continue;
    for (const what of isTogether ? [...expected, BESIDE] : expected) {
      const ofIt = told.filter((report) => report.what === what);
      const isRight = isWatch ? ofIt.length >= 2 : ofIt.length === 1;
      say(`${file}: '${what}' ${ofIt.length} times`, isRight);
      say(
        `${file}: not ${what}`,
        ofIt.every(({ isRight }) => isRight),
      );
    }
  }
  const warnings = output.match(/\[MQ_NO_HOOKS\]/g) ?? [];
  say(`${warnings.length} warnings of no hooks`, warnings.length === (warns ? 1 : 0));
  say('warns of waits', !output.includes('MQ_STILL_WAITING'));
  return problems;
}

function readReports(path) {
  return readFileSync(path, 'utf8').trim().split('\n').filter(Boolean).map(JSON.parse);
}

/** @returns whether it was there */
function unlink(name) {
  try {
    MessageQueue.unlink(name);
    return true;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return false;
  }
}

/** For a runner that waits for changes: has it run once more at least, and ends it. */
async function rerun(child, folder, path, { files }) {
  const ended = once(child, 'exit');
  // Of the file that has run least often: one of them may run twice before another has begun.
  const runs = () => {
    const ended = readReports(path).filter(({ end }) => end === true);
    return Math.min(...files.map((name) => ended.filter(({ file }) => file === name).length));
  };
  while (child.exitCode === null && runs() < 2) {
    if (runs() === 1) {
      // Again and again: some miss what changes before their run is at its end.
      for (const file of files) appendFileSync(join(folder, file), '\n');
    }
    await Promise.race([ended, setTimeout(1000)]);
  }
  child.kill('SIGINT');
}

/** What was killed has left its queues for the next process that loads this. */
function loadAnew(folder) {
  const program = join(folder, 'loads.mjs');
  writeFileSync(program, `import 'posix-mqueue/testing';\n`);
  execFileSync(process.execPath, [program], { stdio: 'inherit' });
}
