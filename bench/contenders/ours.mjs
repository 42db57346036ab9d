// One side of a benchmark with posix-mqueue, in the way that the configuration tells.

import { once } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { map } from 'rxjs';
import { MessageQueue } from '../../dist/index.js';
import { consumeQueue, fromQueue } from '../../dist/rxjs.js';
import { Host, Worker } from '../../dist/service.js';
import { config, role, stopwatch, total } from './stopwatch.mjs';

const { there, back, size, depth, way, open = {} } = config;
const message = Buffer.alloc(size);
const STREAM = { highWaterMark: 64 };
// As the queues are that the harness has made.
const sizes = { maxMessages: depth, maxMessageSize: size };

const receivers = {
  async data(queue, tick) {
    queue.createReadStream(STREAM).on('data', tick);
  },
  async pipeline(queue, tick) {
    const sink = new Writable({
      objectMode: true,
      ...STREAM,
      write(_, __, callback) {
        tick();
        callback();
      },
    });
    await pipeline(queue.createReadStream(STREAM), sink);
  },
  async event(queue, tick) {
    queue.on('message', tick);
  },
  async iterator(queue, tick) {
    for await (const _ of queue) tick();
  },
  async receive(queue, tick) {
    for (let index = 0; index < total; index += 1) {
      await queue.receive();
      tick();
    }
  },
  async receiveMany(queue, tick) {
    for (let index = 0; index < total;) {
      const messages = await queue.receiveMany(64);
      for (const _ of messages) tick();
      index += messages.length;
    }
  },
  async fromQueue(queue, tick) {
    fromQueue(queue)
      .pipe(map((data) => data.length))
      .subscribe(tick);
  },
  async fromQueueBatched(queue, tick) {
    fromQueue(queue, STREAM)
      .pipe(map((data) => data.length))
      .subscribe(tick);
  },
  async consumeQueue(queue, tick) {
    consumeQueue(queue, async (data) => data.length, { concurrency: 16 }).subscribe(tick);
  },
};

async function receive() {
  const queue = MessageQueue.open(there, { access: 'read', ...open });
  const tick = stopwatch(() => void queue.close());
  await receivers[way](queue, tick);
}

async function send() {
  const queue = MessageQueue.open(there, { access: 'write', ...open });
  const stream = queue.createWriteStream(STREAM);
  for (let index = 0; index < total; index += 1) {
    if (!stream.write(message)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
  await queue.close();
}

async function ping() {
  const out = MessageQueue.open(there, { access: 'write', ...open });
  const responses = MessageQueue.open(back, { access: 'read', ...open });
  const tick = stopwatch();
  for (let index = 0; index < total; index += 1) {
    await out.send(message);
    await responses.receive();
    tick();
  }
  await Promise.all([out.close(), responses.close()]);
}

async function echo() {
  const requests = MessageQueue.open(there, { access: 'read', ...open });
  const out = MessageQueue.open(back, { access: 'write', ...open });
  for (let index = 0; index < total; index += 1) await out.send(await requests.receive());
  await Promise.all([requests.close(), out.close()]);
}

async function pingService() {
  const host = new Host({ requests: there, responses: back, unlink: false, ...sizes, ...open });
  const tick = stopwatch();
  for (let index = 0; index < total; index += 1) {
    await host.send(message);
    await host.receive();
    tick();
  }
  await host.close();
}

async function echoService() {
  let handled = 0;
  const worker = new Worker({ requests: there, responses: back, ...sizes, ...open }, (data) => {
    handled += 1;
    if (handled === total) setImmediate(() => void worker.close());
    return data;
  });
  await worker.run();
}

const services = way === 'service';
const roles = {
  receive,
  send,
  ping: services ? pingService : ping,
  echo: services ? echoService : echo,
};
await roles[role]();
