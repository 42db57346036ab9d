// How ten processes share one queue of RabbitMQ, each an RpcWorker as its defaults have it, with and without redelivery. A request
// takes each of them as long.  node bench/amqp-shares.mjs [ROUNDS] [MESSAGES] [MILLISECONDS]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../scripts/rabbitmq/broker.mjs';
import { json } from '../dist/index.js';
import { AmqpTransport } from '../dist/amqp.js';
import { RpcHost, RpcWorker } from '../dist/rpc.js';

const WORKERS = 10;
const sizes = { maxMessages: 100, maxMessageSize: 256 };
const nameOf = (redelivery) => `bench-shares-${redelivery}`;

async function work(urls, redelivery) {
  const transport = new AmqpTransport({ urls });
  const worker = new RpcWorker(
    { requests: nameOf(redelivery), codec: json, transport, redelivery, ...sizes },
    (milliseconds) => setTimeout(milliseconds, process.pid),
  );
  worker.on('ready', () => process.send('ready'));
  process.on('message', () => worker.close().then(() => process.disconnect()));
  await worker.run();
}

async function measure(urls, redelivery, [rounds, messages, milliseconds]) {
  const workers = Array.from({ length: WORKERS }, () =>
    fork(fileURLToPath(import.meta.url), ['work', urls, String(redelivery)]),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const transport = new AmqpTransport({ urls });
  const host = new RpcHost({ requests: nameOf(redelivery), codec: json, transport, ...sizes });
  const furthest = [];
  for (let round = 0; round < rounds; round += 1) {
    const shares = new Map(workers.map(({ pid }) => [pid, 0]));
    const tasks = Array(messages).fill(milliseconds);
    await host.requestAll(tasks, { concurrency: 4 * WORKERS }).forEach((pid) => {
      shares.set(pid, shares.get(pid) + 1);
    });
    const counts = [...shares.values()].toSorted((one, other) => one - other);
    const share = messages / WORKERS;
    const away = Math.max(share - counts[0], counts.at(-1) - share) / share;
    furthest.push(away * 100);
    console.log(`  ${counts.join(' ')}: ${(away * 100).toFixed(1)} % from ${share} at most`);
  }
  const [least, most] = [Math.min(...furthest), Math.max(...furthest)];
  console.log(
    `${redelivery ? 'with' : 'without'} redelivery: ${least.toFixed(1)} to ${most.toFixed(1)} %`,
  );
  await host.close();
  for (const worker of workers) worker.send('end');
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  await transport.unlink(nameOf(redelivery));
  await transport.close();
}

const parameters = process.argv.slice(2);
if (parameters[0] === 'work') {
  await work(parameters[1], parameters[2] === 'true');
} else {
  const [rounds = '10', messages = '1000', milliseconds = '30'] = parameters;
  const broker = await startBroker();
  try {
    for (const redelivery of [false, true]) {
      await measure(broker.url, redelivery, [rounds, messages, milliseconds].map(Number));
    }
  } finally {
    await broker.stop();
  }
}
