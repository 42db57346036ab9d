// AmqpTransport beside bare amqplib that does the same work: confirmed, mandatory, one message at a time, classic queues of
// the same bound, acknowledged when taken. Alternately, in one process, with a broker of its own.  node bench/amqp.mjs [ROUNDS] [MESSAGES]

import { once } from 'node:events';
import { connect } from 'amqplib';
import { startBroker } from '../scripts/rabbitmq/broker.mjs';
import { AmqpTransport } from '../dist/amqp.js';
import { RpcHost, RpcWorker } from '../dist/rpc.js';

const [rounds = '9', messages = '2000'] = process.argv.slice(2);
const count = Number(messages);
const body = Buffer.alloc(256);
const sizes = { maxMessages: 1000, maxMessageSize: 512 };
const declared = (durable) => ({
  durable,
  arguments: {
    'x-queue-type': 'classic',
    'x-max-length': sizes.maxMessages,
    'x-overflow': 'reject-publish',
    'x-max-priority': 10,
  },
});

/** What bare amqplib needs for it. */
async function bare(url, durable) {
  const [publishing, consuming] = await Promise.all(
    [1, 2].map(() => connect(url, { noDelay: true })),
  );
  const out = await publishing.createConfirmChannel();
  const into = await consuming.createChannel();
  const names = ['there', 'back'].map((word) => `bench-bare-${durable}-${word}`);
  for (const name of names) await into.assertQueue(name, declared(durable));
  const send = (name, options) =>
    new Promise((resolve, reject) => {
      const given = { persistent: durable, mandatory: true, ...options };
      out.publish('', name, body, given, (error) => (error ? reject(error) : resolve()));
    });
  return {
    names,
    send,
    into,
    close: async () => {
      await consuming.close();
      for (const name of names) await out.deleteQueue(name);
      await publishing.close();
    },
  };
}

const works = {
  async 'one way'(transport, durable, url) {
    const name = `bench-ours-${durable}`;
    const sender = await transport.openSender(name, { create: true, ...sizes });
    const receiver = await transport.openReceiver(name);
    const ours = async () => {
      const receiving = (async () => {
        for (let done = 0; done < count; done += 1) await receiver.next();
      })();
      for (let done = 0; done < count; done += 1) await sender.send(body);
      await receiving;
    };
    const { names, send, into, close } = await bare(url, durable);
    let wanted = 0;
    let enough = () => undefined;
    await into.prefetch(1);
    await into.consume(names[0], (message) => {
      into.ack(message);
      wanted -= 1;
      if (wanted === 0) enough();
    });
    const rival = async () => {
      wanted = count;
      const received = new Promise((resolve) => (enough = resolve));
      for (let done = 0; done < count; done += 1) await send(names[0]);
      await received;
    };
    const end = async () => {
      await sender.close();
      await receiver.close();
      await transport.unlink(name);
      await close();
    };
    return { ours, rival, end };
  },

  async 'round trip'(transport, durable, url) {
    const requests = `bench-rpc-${durable}`;
    const worker = new RpcWorker({ requests, transport, ...sizes }, (value) => value);
    const working = worker.run();
    await once(worker, 'ready');
    const host = new RpcHost({ requests, transport, ...sizes });
    await host.open();
    const ours = async () => {
      for (let done = 0; done < count; done += 1) await host.request(body);
    };
    const { names, send, into, close } = await bare(url, durable);
    let answered = () => undefined;
    await into.prefetch(1);
    await into.consume(names[0], async (message) => {
      into.ack(message);
      const { correlationId, replyTo } = message.properties;
      await send(replyTo, { correlationId });
    });
    await into.consume(names[1], (message) => {
      into.ack(message);
      answered();
    });
    const rival = async () => {
      for (let done = 0; done < count; done += 1) {
        const reply = new Promise((resolve) => (answered = resolve));
        await send(names[0], { correlationId: String(done), replyTo: names[1] });
        await reply;
      }
    };
    const end = async () => {
      await host.close();
      await worker.close();
      await working;
      await transport.unlink(requests);
      await close();
    };
    return { ours, rival, end };
  },
};

async function milliseconds(work) {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

const broker = await startBroker();
try {
  for (const durable of [false, true]) {
    for (const [what, begin] of Object.entries(works)) {
      const transport = new AmqpTransport({ urls: broker.url, durable });
      const { ours, rival, end } = await begin(transport, durable, broker.url);
      const times = { ours: [], rival: [], ratios: [] };
      for (let round = 0; round <= Number(rounds); round += 1) {
        const rivals = await milliseconds(rival);
        const mine = await milliseconds(ours);
        // The first one warms up.
        if (round === 0) continue;
        times.ours.push(mine);
        times.rival.push(rivals);
        times.ratios.push(mine / rivals);
      }
      await end();
      await transport.close();
      const each = (values) => ((median(values) * 1000) / count).toFixed(0);
      const spread = [Math.min(...times.ratios), Math.max(...times.ratios)].map((ratio) =>
        ratio.toFixed(2),
      );
      console.log(
        `${what}, ${durable ? 'durable' : 'transient'}: ${each(times.ours)} us, amqplib ${each(times.rival)} us: ` +
          `${median(times.ratios).toFixed(2)} (${spread.join(' to ')})`,
      );
    }
  }
} finally {
  await broker.stop();
}
