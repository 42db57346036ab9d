// How long a process with receives waiting takes to end, and whether the thread pool works meanwhile:
// milliseconds from the request to the end of the process, or to the answer.
//
//   npm run build && node bench/scale/exit.mjs [RUNS]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const RUNS = Number(process.argv[2] ?? 9);
const program = fileURLToPath(new URL('../../out/test/fixtures/waiting.js', import.meta.url));

const rows = [
  ['process.exit()', 'auto', 24, 'exit'],
  ['process.exit()', 'worker', 2, 'exit'],
  ['uncaught exception', 'auto', 24, 'throw'],
  ['worker.terminate(), then the end', 'auto', 24, 'terminate'],
  ['worker.terminate(), then the end', 'worker', 2, 'terminate'],
  ['process.exit() over a waiting thread', 'auto', 24, 'exit with thread'],
  ['close() of all, then the end', 'auto', 24, 'close'],
  ['readFile, lookup, randomBytes, gzip, exit', 'auto', 24, 'pool'],
];

async function run(wait, count, action) {
  const child = spawn(process.execPath, [program, wait, String(count), action], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  await once(createInterface({ input: child.stdout }), 'line');
  const start = performance.now();
  child.stdin.write('go\n');
  await ended;
  return performance.now() - start;
}

console.log('| end | wait | queues | median ms | spread |\n| --- | --- | --- | --- | --- |');
for (const [title, wait, count, action] of rows) {
  const times = [];
  for (let index = 0; index < RUNS; index += 1) times.push(await run(wait, count, action));
  times.sort((a, b) => a - b);
  const [median, least, most] = [times[RUNS >> 1], times[0], times.at(-1)].map(Math.round);
  console.log(`| ${title} | ${wait} | ${count} | ${median} | ${least} to ${most} |`);
}
