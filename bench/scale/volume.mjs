// Whether many messages cost more than few: rate and memory of a process that receives 1e4 to 1e7 of
// them as the data of a Readable. 1e7 take about fifteen seconds.
//
//   npm run build && node bench/scale/volume.mjs [ROUNDS]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from '../../dist/index.js';
import { buildPeer } from '../contenders/index.mjs';
import { median, spread } from '../harness/statistics.mjs';
import { answer, forkSelf, row } from './children.mjs';

const COUNTS = [1e4, 1e5, 1e6, 1e7];
const peer = fileURLToPath(new URL('../../out/bench/peer', import.meta.url));
const name = `/mq-volume-${process.pid}`;

async function receive(queueName, count) {
  const queue = MessageQueue.open(queueName, { access: 'read' });
  let received = 0;
  let start = 0;
  queue.createReadStream({ highWaterMark: 64 }).on('data', () => {
    received += 1;
    if (received === 1) start = performance.now();
    if (received < count) return;
    const seconds = (performance.now() - start) / 1000;
    process.send({ rate: (count - 1) / seconds, peak: process.resourceUsage().maxRSS / 1024 });
    void queue.close().then(() => process.disconnect());
  });
}

async function sample(count) {
  const open = { create: true, exclusive: true, maxMessages: 10, maxMessageSize: 64 };
  const queue = MessageQueue.open(name, open);
  const child = forkSelf(import.meta.url, ['receive', name, count]);
  try {
    const parameters = ['send', 'block', name, name, 64, 0, count].map(String);
    const sender = spawn(peer, parameters, { stdio: 'inherit' });
    const result = await answer(child);
    await once(child, 'exit');
    if (sender.exitCode === null) await once(sender, 'exit');
    return result;
  } finally {
    child.kill('SIGKILL');
    MessageQueue.unlink(name);
    await queue.close();
  }
}

async function measure(rounds) {
  buildPeer();
  row('messages', 'messages a second', 'spread', 'peak memory, MiB');
  row('---:', '---:', '---:', '---:');
  for (const count of COUNTS) {
    const results = [];
    for (let round = 0; round < rounds; round += 1) results.push(await sample(count));
    const rates = results.map(({ rate }) => rate);
    const text = (rate) => Math.round(rate).toLocaleString('en');
    const peak = median(results.map((each) => each.peak)).toFixed(0);
    row(
      count.toLocaleString('en'),
      text(median(rates)),
      spread(rates).map(text).join(' to '),
      peak,
    );
  }
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'receive') await receive(rest[0], Number(rest[1]));
else await measure(Number(first ?? 3));
