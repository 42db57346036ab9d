// How processes share one queue, and what that costs them: 1 to 16 of them, messages sent one at a time,
// each after the answer to the one before; then as fast as the queue takes them.
//
//   npm run build && node bench/scale/workers.mjs [ROUNDS]

import { once } from 'node:events';
import { MessageQueue } from '../../dist/index.js';
import { median } from '../harness/statistics.mjs';
import { answer, cpu, forkSelf, row } from './children.mjs';

const PROCESSES = [1, 2, 4, 8, 16];
const WAITS = ['worker', 'auto', 'loop'];
const EACH = 300;
const WARMUP = 50;
const FLOOD = 100_000;
const SIZES = { maxMessages: 10, maxMessageSize: 64 };
const names = ['there', 'back'].map((word) => `/mq-workers-${process.ppid}-${word}`);
const parentNames = ['there', 'back'].map((word) => `/mq-workers-${process.pid}-${word}`);

/** Answers each message until it gets an empty one. */
async function consume(wait) {
  const [requests, answers] = [
    MessageQueue.open(names[0], { access: 'read', wait }),
    MessageQueue.open(names[1], { access: 'write' }),
  ];
  let count = 0;
  let busy = 0;
  let answering = true;
  process.on('message', (word) => {
    if (word === 'begin') [count, busy] = [0, cpu()];
    else if (word === 'flood') [count, busy, answering] = [0, cpu(), false];
    else if (word === 'close') void requests.close();
    process.send(word === 'close' ? 'closed' : { count, busy: cpu() - busy });
  });
  process.send('ready');
  for await (const message of requests) {
    count += 1;
    if (answering) await answers.send(message);
  }
  await answers.close();
  process.disconnect();
}

function askAll(children, word) {
  return Promise.all(
    children.map((child) => {
      const answered = answer(child);
      child.send(word);
      return answered;
    }),
  );
}

async function oneByOne(requests, answers, messages) {
  const data = Buffer.alloc(64);
  const start = performance.now();
  for (let number = 0; number < messages; number += 1) {
    await requests.send(data);
    await answers.receive();
  }
  return performance.now() - start;
}

async function flood(requests, messages) {
  const data = Buffer.alloc(64);
  const start = performance.now();
  for (let number = 0; number < messages; number += 1) await requests.send(data);
  return messages / (performance.now() - start);
}

async function sample(processes, wait) {
  const open = { create: true, exclusive: true, ...SIZES };
  const [requests, answers] = parentNames.map((name) => MessageQueue.open(name, open));
  const children = Array.from({ length: processes }, () =>
    forkSelf(import.meta.url, ['consume', wait]),
  );
  try {
    await Promise.all(children.map(answer));
    await oneByOne(requests, answers, processes * WARMUP);
    await askAll(children, 'begin');
    const messages = processes * EACH;
    const took = await oneByOne(requests, answers, messages);
    const states = await askAll(children, 'state');
    await askAll(children, 'flood');
    const rate = await flood(requests, FLOOD);
    const ends = children.map((child) => once(child, 'exit'));
    await askAll(children, 'close');
    await Promise.all(ends);
    return {
      shares: states.map(({ count }) => count).toSorted((a, b) => a - b),
      cpu: states.reduce((sum, { busy }) => sum + busy, 0) / messages,
      time: (took * 1000) / messages,
      rate: rate * 1000,
    };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const name of parentNames) MessageQueue.unlink(name);
    await Promise.all([requests.close(), answers.close()]);
  }
}

async function measure(rounds) {
  row(
    'processes',
    'wait',
    'least and most of 300 each',
    'CPU a message of all, us',
    'round trip, us',
    'flooded, messages a second',
  );
  row('---:', '---', '---:', '---:', '---:', '---:');
  for (const processes of PROCESSES) {
    const results = new Map(WAITS.map((wait) => [wait, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const wait of WAITS) results.get(wait).push(await sample(processes, wait));
    }
    for (const [wait, all] of results) {
      const middle = (key) => median(all.map((each) => each[key]));
      const least = Math.min(...all.map(({ shares }) => shares[0]));
      const most = Math.max(...all.map(({ shares }) => shares.at(-1)));
      row(
        processes,
        wait,
        `${least} to ${most}`,
        middle('cpu').toFixed(0),
        middle('time').toFixed(0),
        Math.round(middle('rate')).toLocaleString('en'),
      );
    }
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'consume') await consume(rest[0]);
else await measure(Number(first ?? 5));
