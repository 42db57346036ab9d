// One-way rate and round trip of a C program with blocking calls and of each wait of this library,
// alternately in one run: 64 bytes, depth 10, two processes, the other side always the C program.
//
//   npm run build && node bench/compare.mjs [ROUNDS]
//
// Prints medians with the spread over the rounds, and the median of the ratios to C, each taken
// within one round: the machine may change its pace between rounds, hardly within one.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';

const ROUNDS = Number(process.argv[2] ?? 9);
const ONE_WAY = 200_000;
const ROUND_TRIPS = 10_000;

const here = fileURLToPath(new URL('.', import.meta.url));
const built = fileURLToPath(new URL('../out/bench/', import.meta.url));
mkdirSync(built, { recursive: true });
const peer = `${built}peer`;
execFileSync('gcc', ['-O2', '-Wall', '-Werror', `${here}peer.c`, '-o', peer, '-lrt']);

const names = ['there', 'back'].map((word) => `/mq-bench-${process.pid}-${word}`);
const queues = names.map((name) =>
  MessageQueue.open(name, { create: true, exclusive: true, maxMessages: 10, maxMessageSize: 64 }),
);

const contenders = [
  { name: 'C, blocking calls', command: [peer] },
  ...[{ wait: 'worker' }, { wait: 'loop' }, { busyPoll: 200 }].map((options) => ({
    name: JSON.stringify(options).replaceAll('"', ''),
    command: [process.execPath, `${here}ours.mjs`],
    options: JSON.stringify(options),
  })),
];

// Each side on a processor of its own, where there are two: otherwise the scheduler sometimes puts
// both on one, and the figures are about that.
async function run(processor, command, ...parameters) {
  const pinned = ['taskset', '-c', String(processor % availableParallelism()), ...command];
  const child = spawn(pinned[0], [...pinned.slice(1), ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command.join(' ')} ended with code ${code}`);
  return Number(output);
}

async function measure(roles, parameters, count, { command, options }) {
  const extra = options === undefined ? [] : [options];
  const other = run(1, [peer], roles[1], ...parameters.other, String(count));
  const took = await run(0, command, roles[0], ...parameters.own, String(count), ...extra);
  await other;
  return took / (count - 1);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function compare(title, unit, format, once) {
  const results = contenders.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, contender] of contenders.entries())
      results[index].push(await once(contender));
  }
  console.log(`\n${title}, ${unit}; time a message as a ratio to C`);
  results.forEach((times, index) => {
    const shown = [median(times), Math.min(...times), Math.max(...times)].map(format);
    const ratio = median(times.map((time, round) => time / results[0][round]));
    const spread = `${shown[1]} to ${shown[2]}`;
    console.log(
      `${contenders[index].name.padEnd(20)} ${shown[0].padStart(10)}  (${spread})`.padEnd(60),
      ratio.toFixed(2),
    );
  });
}

try {
  const [there, back] = names;
  await compare(
    'One way',
    'messages a second',
    (time) => (1 / time).toFixed(0),
    (contender) =>
      measure(['receive', 'send'], { own: [there], other: [there] }, ONE_WAY, contender),
  );
  await compare(
    'Round trip',
    'microseconds',
    (time) => (time * 1e6).toFixed(1),
    (contender) =>
      measure(
        ['ping', 'echo'],
        { own: [there, back], other: [there, back] },
        ROUND_TRIPS,
        contender,
      ),
  );
} finally {
  for (const queue of queues) {
    MessageQueue.unlink(queue.name);
    await queue.close();
  }
}
