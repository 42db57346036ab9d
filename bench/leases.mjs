// What `redelivery: true` costs a raw Worker that does nothing else: the same work alternately with and without, each
// in processes of their own.  node bench/leases.mjs [ROUNDS] [MESSAGES] [SIZE]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from '../dist/index.js';
import { Worker } from '../dist/service.js';

const SELF = fileURLToPath(import.meta.url);
const [rounds = '9', messages = '200000', size = '64'] = process.argv.slice(2);

async function send(name, count, bytes) {
  const queue = MessageQueue.open(name, { access: 'write' });
  const message = Buffer.alloc(bytes);
  for (let sent = 0; sent < count; sent += 1) await queue.send(message);
  await queue.close();
}

/** Prints how many milliseconds it took from the first message to the last. */
async function work(name, count, redelivery) {
  let received = 0;
  let since = 0;
  const worker = new Worker({ requests: name, redelivery, create: false }, () => {
    if (received === 0) since = performance.now();
    received += 1;
    if (received < count) return;
    console.log(performance.now() - since);
    void worker.close();
  });
  worker.once('ready', () => process.send('ready'));
  await worker.run();
  process.disconnect();
}

function start(...parameters) {
  return spawn(process.execPath, [SELF, ...parameters.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
}

/** Messages a second. */
async function rate(redelivery) {
  const name = `/mq-bench-leases-${process.pid}`;
  const options = { create: true, maxMessages: 10, maxMessageSize: Number(size) };
  const queue = MessageQueue.open(name, options);
  try {
    const worker = start('work', name, messages, redelivery);
    let printed = '';
    worker.stdout.on('data', (data) => (printed += data));
    await once(worker, 'message');
    start('send', name, messages, size);
    await once(worker, 'close');
    return (Number(messages) / Number(printed)) * 1000;
  } finally {
    MessageQueue.unlink(name);
    await queue.close();
  }
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

async function compare() {
  const pairs = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    // Each goes first in turn.
    const order = round % 2 === 0 ? [false, true] : [true, false];
    const rates = new Map();
    for (const redelivery of order) rates.set(redelivery, await rate(redelivery));
    pairs.push([rates.get(false), rates.get(true)]);
    const [without, withIt] = pairs.at(-1).map(Math.round);
    console.log(`${without} without, ${withIt} with: ${(withIt / without).toFixed(3)}`);
  }
  const ratio = median(pairs.map(([without, withIt]) => withIt / without));
  console.log(`median of ${pairs.length} pairs: ${(100 * (1 - ratio)).toFixed(1)} % slower`);
}

const [role, name, count, last] = process.argv.slice(2);
if (process.send === undefined) await compare();
else if (role === 'send') await send(name, Number(count), Number(last));
else await work(name, Number(count), last === 'true');
