// What idle queues cost: 1 to 250 of them in one process, a receive waiting on each.
//
//   npm run build && node bench/scale/idle.mjs [RUNS]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from '../../dist/index.js';
import { buildPeer } from '../contenders/index.mjs';
import { median } from '../harness/statistics.mjs';
import { answer, cpu, forkSelf, row } from './children.mjs';

const COUNTS = [1, 10, 50, 100, 250];
const WAITS = ['auto', 'loop'];
const IDLE_MILLISECONDS = 1000;
const ROUND_TRIPS = 2000;
const READS = 500;
const peer = fileURLToPath(new URL('../../out/bench/peer', import.meta.url));

const names = (count) =>
  Array.from({ length: count }, (_, index) => `/mq-idle-${process.pid}-${index}`);

function memory() {
  globalThis.gc();
  globalThis.gc();
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heapUsed };
}

function open(name, wait) {
  const sizes = { maxMessages: 1, maxMessageSize: 64 };
  const queue = MessageQueue.open(name, { create: true, exclusive: true, ...sizes, wait });
  MessageQueue.unlink(name);
  return queue;
}

async function roundTrip() {
  const [there, back] = [`/mq-idle-${process.pid}-there`, `/mq-idle-${process.pid}-back`];
  const queues = [there, back].map((name) =>
    MessageQueue.open(name, { create: true, maxMessages: 1, maxMessageSize: 64, wait: 'loop' }),
  );
  const parameters = ['echo', 'block', there, back, 64, 0, ROUND_TRIPS].map(String);
  const echo = spawn(peer, parameters, { stdio: 'inherit' });
  const ended = once(echo, 'exit');
  const message = Buffer.alloc(64);
  const times = [];
  try {
    for (let index = 0; index < ROUND_TRIPS; index += 1) {
      const start = performance.now();
      await queues[0].send(message);
      await queues[1].receive();
      times.push((performance.now() - start) * 1000);
    }
    await ended;
  } finally {
    for (const queue of queues) {
      MessageQueue.unlink(queue.name);
      await queue.close();
    }
  }
  return median(times);
}

async function readLatency() {
  const times = [];
  for (let index = 0; index < READS; index += 1) {
    const start = performance.now();
    await readFile(fileURLToPath(import.meta.url));
    times.push((performance.now() - start) * 1000);
  }
  return median(times);
}

async function child(count, wait) {
  // The first queue pays for what all of them share.
  const first = open(`/mq-idle-${process.pid}-first`, wait);
  void first.receive({ timeout: 1 }).catch(() => undefined);
  await setTimeout(50);
  const before = memory();
  const queues = names(count).map((name) => open(name, wait));
  for (const queue of queues) queue.receive().catch(() => undefined);
  await setTimeout(50);
  const after = memory();
  const busyBefore = cpu();
  await setTimeout(IDLE_MILLISECONDS);
  const idle = cpu() - busyBefore;
  process.send({
    rss: (after.rss - before.rss) / count,
    heap: (after.heapUsed - before.heapUsed) / count,
    idle,
    roundTrip: await roundTrip(),
    read: await readLatency(),
  });
  await Promise.all([first, ...queues].map((queue) => queue.close()));
  process.disconnect();
}

async function measure(runs) {
  buildPeer();
  row(
    'queues',
    'wait',
    'memory each, bytes',
    'of it JS heap',
    'CPU in 1 s, us',
    'round trip, us',
    'readFile, us',
  );
  row('---:', '---', '---:', '---:', '---:', '---:', '---:');
  for (const wait of WAITS) {
    for (const count of COUNTS) {
      const results = [];
      for (let run = 0; run < runs; run += 1) {
        const process_ = forkSelf(import.meta.url, ['child', count, wait], ['--expose-gc']);
        const ended = once(process_, 'exit');
        results.push(await answer(process_));
        await ended;
      }
      const middle = (key) => Math.round(median(results.map((each) => each[key])));
      row(
        count,
        wait,
        middle('rss'),
        middle('heap'),
        middle('idle'),
        middle('roundTrip'),
        middle('read'),
      );
    }
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'child') await child(Number(rest[0]), rest[1]);
else await measure(Number(first ?? 5));
