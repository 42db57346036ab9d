// What the envelope costs: round trips of RpcHost and RpcWorker beside those of Host and Worker, alternately, the worker in a
// process of its own.  node bench/rpc.mjs [ROUNDS] [REQUESTS]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from '../dist/index.js';
import { RpcHost, RpcWorker } from '../dist/rpc.js';
import { Host, Worker } from '../dist/service.js';

const SELF = fileURLToPath(import.meta.url);
const SIZES = { maxMessages: 10, maxMessageSize: 512 };
const WARMUP = 2000;
const names = ['there', 'back'].map((word) => `/mq-bench-rpc-${process.pid}-${word}`);

const workers = {
  raw: ([requests, responses]) => new Worker({ requests, responses, ...SIZES }, (body) => body),
  rpc: ([requests]) => new RpcWorker({ requests, ...SIZES }, (body) => body),
};

/** A host, and one round trip of it. */
const hosts = {
  raw: async ([requests, responses]) => {
    const host = new Host({ requests, responses, ...SIZES });
    await host.open();
    const trip = async (body) => {
      await host.send(body);
      await host.receive();
    };
    return { host, trip };
  },
  rpc: ([requests]) => {
    const host = new RpcHost({ requests, ...SIZES });
    return { host, trip: (body) => host.request(body) };
  },
};

async function microseconds(kind, count) {
  const worker = spawn(process.execPath, [SELF, 'work', kind, ...names], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(worker, 'message');
  const { host, trip } = await hosts[kind](names);
  const body = Buffer.alloc(64);
  for (let done = 0; done < WARMUP; done += 1) await trip(body);
  const since = performance.now();
  for (let done = 0; done < count; done += 1) await trip(body);
  const time = performance.now() - since;
  await host.close();
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  for (const name of names) {
    try {
      MessageQueue.unlink(name);
    } catch {
      // Not every kind has both.
    }
  }
  return (time * 1000) / count;
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

if (process.argv[2] === 'work') {
  const [kind, ...given] = process.argv.slice(3);
  const worker = workers[kind](given);
  worker.once('ready', () => process.send('ready'));
  await worker.run({ signals: true });
  process.disconnect();
} else {
  const [rounds = '9', requests = '20000'] = process.argv.slice(2);
  const ratios = [];
  for (let round = 0; round < Number(rounds); round += 1) {
    const raw = await microseconds('raw', Number(requests));
    const rpc = await microseconds('rpc', Number(requests));
    ratios.push(rpc / raw);
    console.log(`${raw.toFixed(1)} raw, ${rpc.toFixed(1)} rpc: ${(rpc / raw).toFixed(2)}`);
  }
  console.log(`median of ${rounds} pairs: ${median(ratios).toFixed(2)}`);
}
