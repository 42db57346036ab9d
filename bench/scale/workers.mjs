// How processes share one queue, and what that costs them: 1 to 8 of them, messages sent one at a time, each
// after the answer to the one before; then as fast as a C program sends them. Beside C processes that do the
// same with blocking calls. Not pinned.
//
//   npm run build && node bench/scale/workers.mjs [ROUNDS]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from '../../dist/index.js';
import { buildPeer, peer } from '../contenders/index.mjs';
import { median, medianRatio } from '../harness/statistics.mjs';
import { cpu, row } from './children.mjs';

const PROCESSES = [1, 2, 4, 8];
const BASELINE = 'C, blocking';
const WAITS = ['auto', 'worker', 'loop'];
const MIXED = 'auto, two C among them';
const KINDS = [BASELINE, ...WAITS, MIXED];
const EACH = 300;
const WARMUP = 50;
const FLOOD = 100_000;
const SIZES = { maxMessages: 10, maxMessageSize: 64 };
const names = ['there', 'back'].map((word) => `/mq-workers-${process.pid}-${word}`);

/** One consumer: counts, from SIGUSR2 on, and tells what it counted at SIGTERM. */
async function consume(there, back, wait) {
  const requests = MessageQueue.open(there, { access: 'read', wait });
  const answers = back === '-' ? undefined : MessageQueue.open(back, { access: 'write' });
  let count = 0;
  let busy = 0;
  const begin = () => {
    [count, busy] = [0, cpu()];
    console.log('ready');
  };
  process.on('SIGUSR2', begin);
  process.on('SIGTERM', () => {
    console.log(JSON.stringify({ count, cpu: cpu() - busy }));
    void requests.close();
  });
  begin();
  for await (const message of requests) {
    count += 1;
    await answers?.send(message);
  }
  await answers?.close();
}

const running = new Set();

function spawnCounted(command, parameters) {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** The consumers of one sample, with the lines that each of them prints. */
class Team {
  #members;

  constructor(kind, processes, back) {
    const [there] = names;
    const self = fileURLToPath(import.meta.url);
    this.#members = Array.from({ length: processes }, (_, index) => {
      const isC = kind === BASELINE || (kind === MIXED && index < 2);
      const command = isC
        ? [peer, 'consume', 'block', there, back, '64', '0', '0']
        : [process.execPath, self, 'consume', there, back, kind === MIXED ? 'auto' : kind];
      const child = spawnCounted(command[0], command.slice(1));
      return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    });
  }

  async lines() {
    return Promise.all(
      this.#members.map(async ({ lines }) => {
        const { value, done } = await lines.next();
        if (done) throw new Error('a consumer ended early');
        return value;
      }),
    );
  }

  async tell(signal) {
    for (const { child } of this.#members) child.kill(signal);
    return this.lines();
  }

  async end() {
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGKILL');
        await exited;
      }),
    );
  }
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

/** Microseconds that C takes to send one, because the consumers take them no faster. */
async function flood() {
  const start = performance.now();
  const sender = spawnCounted(peer, ['send', 'block', names[0], '-', '64', '0', String(FLOOD)]);
  const [code] = await once(sender, 'exit');
  if (code !== 0) throw new Error(`the sender ended with exit code ${code}`);
  return ((performance.now() - start) * 1000) / FLOOD;
}

async function withTeam(kind, processes, back, work) {
  const team = new Team(kind, processes, back);
  try {
    await team.lines();
    return await work(team);
  } finally {
    await team.end();
  }
}

async function sample(processes, kind) {
  const open = { create: true, exclusive: true, ...SIZES };
  const [requests, answers] = names.map((name) => MessageQueue.open(name, open));
  try {
    const shared = await withTeam(kind, processes, names[1], async (team) => {
      await oneByOne(requests, answers, processes * WARMUP);
      await team.tell('SIGUSR2');
      const messages = processes * EACH;
      const took = await oneByOne(requests, answers, messages);
      const states = (await team.tell('SIGTERM')).map((line) => JSON.parse(line));
      return {
        shares: states.map(({ count }) => count).toSorted((a, b) => a - b),
        cpu: states.reduce((sum, { cpu: used }) => sum + used, 0) / messages,
        time: (took * 1000) / messages,
      };
    });
    const flooded = await withTeam(kind, processes, '-', flood);
    return { ...shared, flooded };
  } finally {
    unlinkAll();
    await Promise.all([requests.close(), answers.close()]);
  }
}

function unlinkAll() {
  for (const name of names) {
    try {
      MessageQueue.unlink(name);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
}

async function measure(rounds) {
  buildPeer();
  row(
    'processes',
    'who',
    'least and most of 300 each',
    'CPU, us',
    'round trip, us',
    'to C',
    'flooded, messages/s',
    'to C',
  );
  row('---:', '---', '---:', '---:', '---:', '---:', '---:', '---:');
  for (const processes of PROCESSES) {
    const kinds = KINDS.filter((kind) => kind !== MIXED || processes > 2);
    const results = new Map(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const kind of kinds) results.get(kind).push(await sample(processes, kind));
    }
    const column = (kind, key) => results.get(kind).map((each) => each[key]);
    for (const kind of kinds) {
      const ratio = (key) => medianRatio(column(kind, key), column(BASELINE, key)).toFixed(2);
      const shares = column(kind, 'shares');
      const least = Math.min(...shares.map((each) => each[0]));
      const most = Math.max(...shares.map((each) => each.at(-1)));
      row(
        processes,
        kind,
        `${least} to ${most}`,
        median(column(kind, 'cpu')).toFixed(0),
        median(column(kind, 'time')).toFixed(0),
        ratio('time'),
        Math.round(1e6 / median(column(kind, 'flooded'))).toLocaleString('en'),
        ratio('flooded'),
      );
    }
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'consume') {
  await consume(...rest);
} else {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ]) {
    process.once(signal, () => {
      for (const child of running) child.kill('SIGKILL');
      unlinkAll();
      process.exit(128 + number);
    });
  }
  await measure(Number(first ?? 5));
}
