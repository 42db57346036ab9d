// How many workers a rate of requests needs, how long requests wait for them, and how deep the queue gets: a calculation.
// With --check real workers do it for a while, and what they measured stands beside what was calculated.
//
//   node bench/scale/plan.mjs --rate 160 --service 20                      # what so many workers do
//   node bench/scale/plan.mjs --rate 160 --service 20 --wait 50 --of 99    # how many keep 99 % below 50 ms
//   npm run build && node bench/scale/plan.mjs --rate 160 --service 20 --workers 4 --check --seconds 60

import { parseArgs } from 'node:util';
import { answer, forkSelf, row } from './children.mjs';
import { queueing, workersFor } from './erlang.mjs';

const MILLISECONDS = 1000;
const SIZES = { maxMessages: 10, maxMessageSize: 64 };
const HELP = `How many workers a rate of requests needs.

  --rate <number>       requests a second (160)
  --service <ms>        milliseconds that a worker takes for one, its message included (20)
  --variation <number>  of that time, standard deviation by mean: 1 exponential, 0 always the same (1)
  --wait <ms>           the time that requests may wait (50)
  --of <percent>        how many of them may not wait longer (95)
  --workers <number>    what so many do, in place of how many are needed
  --broker <number>     messages a second that one queue passes on, for how many queues it takes: a request and
                        its reply are two
  --check               measure it: real workers on a queue of this machine, which sleep for that time
  --seconds <number>    how long to measure (30)
  --json                print figures, in seconds, for programs
`;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '160' },
    service: { type: 'string', default: '20' },
    variation: { type: 'string', default: '1' },
    wait: { type: 'string', default: '50' },
    of: { type: 'string', default: '95' },
    workers: { type: 'string' },
    broker: { type: 'string' },
    check: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    work: { type: 'string' },
  },
});

function number(name, least) {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value >= least) return value;
  console.error(`--${name} is to be a number, ${least} or more, not '${values[name]}'`);
  process.exit(2);
}

const ms = (seconds) =>
  seconds === Infinity ? 'for ever' : `${(seconds * MILLISECONDS).toFixed(1)} ms`;
const percent = (part) => `${(part * 100).toFixed(0)} %`;

function asked() {
  return {
    rate: number('rate', 0.001),
    service: number('service', 0.001) / MILLISECONDS,
    variation: number('variation', 0),
    wait: number('wait', 0) / MILLISECONDS,
    part: 1 - Math.min(number('of', 1), 99.999) / 100,
  };
}

function plan() {
  const given = asked();
  const needed = values.workers === undefined ? workersFor(given) : number('workers', 1);
  const line = (workers) => {
    const { waitOf, depthOf, ...figures } = queueing({ ...given, workers });
    return { ...figures, wait: waitOf(given.part), depth: depthOf(0.001) };
  };
  if (values.json) {
    console.log(JSON.stringify(line(needed)));
    return;
  }
  const { rate, service, part } = given;
  console.log(
    `${rate} requests a second of ${ms(service)} keep ${(rate * service).toFixed(1)} workers busy.\n`,
  );
  row(
    'workers',
    'busy',
    'have to wait',
    'wait, mean',
    `wait, ${percent(1 - part)}`,
    'deep, mean',
    'deep, 99.9 %',
  );
  row('---:', '---:', '---:', '---:', '---:', '---:', '---:');
  const least = Math.floor(rate * service) + 1;
  const rows = new Set([least, needed - 1, needed, needed + 1, 2 * needed]);
  for (const workers of [...rows].filter((each) => each >= least).toSorted((a, b) => a - b)) {
    const { utilization, share, meanWait, wait, meanDepth, depth } = line(workers);
    const cells = [percent(utilization), percent(share), ms(meanWait), ms(wait)];
    row(workers === needed ? `**${workers}**` : workers, ...cells, meanDepth.toFixed(1), depth);
  }
  if (values.broker === undefined) return;
  const messages = 2 * rate;
  const queues = Math.ceil(messages / number('broker', 1));
  console.log(`\n${messages} messages a second (a request and its reply) take ${queues} queues.`);
}

/** A worker process: sleeps for the time that stands in the message, and tells when it began and ended. */
async function work(queue) {
  const { text } = await import('../../dist/index.js');
  const { Worker } = await import('../../dist/service.js');
  const done = [];
  const worker = new Worker({ requests: queue, codec: text, ...SIZES }, async (request) => {
    const began = clock();
    const [due, seconds] = request.split(' ').map(Number);
    await new Promise((resolve) => setTimeout(resolve, Math.round(seconds * MILLISECONDS)));
    done.push([due, began, clock()]);
  });
  worker.once('ready', () => process.send('ready'));
  process.once('message', () => void worker.close());
  await worker.run();
  process.send(done, () => process.disconnect());
}

/** Seconds, of a clock that all processes of the machine share. */
function clock() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

const exponential = (mean) => -Math.log(1 - Math.random()) * mean;

/** Sends at the times of a Poisson process, whatever waits: what is late counts as waiting. */
async function arrive(queue, seconds, { rate, service, variation }) {
  const sent = [];
  const end = clock() + seconds;
  for (let due = clock() + exponential(1 / rate); due < end; due += exponential(1 / rate)) {
    const early = due - clock();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early * MILLISECONDS));
    const length = variation === 0 ? service : exponential(service);
    sent.push(queue.send(`${due} ${length}`));
  }
  await Promise.all(sent);
}

async function check() {
  const { MessageQueue } = await import('../../dist/index.js');
  const given = asked();
  if (given.variation !== 0 && given.variation !== 1) {
    console.error('--check knows --variation 0 and 1');
    process.exit(2);
  }
  const workers = values.workers === undefined ? workersFor(given) : number('workers', 1);
  const name = `/mq-plan-${process.pid}`;
  const queue = MessageQueue.open(name, { create: true, exclusive: true, ...SIZES });
  const children = Array.from({ length: workers }, () =>
    forkSelf(import.meta.url, ['--work', name]),
  );
  try {
    await Promise.all(children.map(answer));
    await arrive(queue, number('seconds', 1), given);
    while (queue.currentMessages > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const lists = Promise.all(children.map(answer));
    for (const child of children) child.send('stop');
    report(given, workers, (await lists).flat());
  } finally {
    for (const child of children) child.kill('SIGKILL');
    queue.unlink();
    await queue.close();
  }
}

function report(given, workers, done) {
  const mean = (list) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const dues = done.map(([due]) => due).toSorted((a, b) => a - b);
  const starts = done.map(([, start]) => start).toSorted((a, b) => a - b);
  const waits = done.map(([due, start]) => start - due).toSorted((a, b) => a - b);
  const services = done.map(([, start, end]) => end - start);
  const rate = (dues.length - 1) / (dues.at(-1) - dues[0]);
  const service = mean(services);
  // How many wait as one arrives: those before it that were not begun.
  let begun = 0;
  const depths = dues.map((due, index) => {
    while (starts[begun] <= due) begun += 1;
    return Math.max(0, index - begun);
  });
  const at = Math.min(waits.length - 1, Math.floor(waits.length * (1 - given.part)));
  // Of what arrived: a sleep of so many milliseconds takes longer, and chance has its part in the rate.
  const calculated = queueing({ rate, service, workers, variation: given.variation });
  const measured = { meanWait: mean(waits), wait: waits[at], meanDepth: mean(depths) };
  const figures = {
    workers,
    messages: done.length,
    rate,
    service,
    utilization: calculated.utilization,
  };
  if (values.json) {
    const { waitOf, depthOf: _, ...rest } = calculated;
    console.log(
      JSON.stringify({ ...figures, measured, calculated: { ...rest, wait: waitOf(given.part) } }),
    );
    return;
  }
  row(
    'workers',
    'messages',
    'a second',
    'service',
    'busy',
    'wait, mean',
    'calculated',
    `wait, ${percent(1 - given.part)}`,
    'calculated',
    'deep, mean',
    'calculated',
  );
  row(...Array.from({ length: 11 }, () => '---:'));
  row(
    workers,
    done.length,
    rate.toFixed(1),
    ms(service),
    percent(calculated.utilization),
    ms(measured.meanWait),
    ms(calculated.meanWait),
    ms(measured.wait),
    ms(calculated.waitOf(given.part)),
    measured.meanDepth.toFixed(1),
    calculated.meanDepth.toFixed(1),
  );
}

if (values.help) console.log(HELP);
else if (values.work !== undefined) await work(values.work);
else if (values.check) await check();
else plan();
