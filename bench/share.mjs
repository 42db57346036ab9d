// How a queue's messages are shared among idle processes: sent one at a time, each after the answer to
// the one before.
//
//   npm run build && node bench/share.mjs [PROCESSES [MESSAGES]]

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { MessageQueue } from 'posix-mqueue';

const SIZES = { maxMessages: 4, maxMessageSize: 64 };

async function consume(name, wait) {
  const queue = MessageQueue.open(name, { wait });
  process.send('ready');
  process.once('message', () => void queue.close());
  let count = 0;
  for await (const message of queue) {
    count += 1;
    process.send(message.text());
  }
  process.send({ count });
  process.disconnect();
}

async function share(wait, processes, messages) {
  const name = `/mq-bench-${process.pid}`;
  const queue = MessageQueue.open(name, { create: true, exclusive: true, ...SIZES });
  const counts = [];
  let answered = () => undefined;
  const children = Array.from({ length: processes }, () =>
    fork(new URL(import.meta.url), ['consume', name, wait]),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  for (const child of children) {
    child.on('message', (message) =>
      typeof message === 'string' ? answered() : counts.push(message.count),
    );
  }
  for (let number = 0; number < messages; number += 1) {
    const answer = new Promise((resolve) => (answered = resolve));
    await queue.send(String(number));
    await answer;
  }
  const ends = children.map((child) => once(child, 'exit'));
  for (const child of children) child.send('close');
  await Promise.all(ends);
  MessageQueue.unlink(name);
  await queue.close();
  return counts.toSorted((a, b) => a - b);
}

const [first, ...rest] = process.argv.slice(2);
if (first === 'consume') await consume(...rest);
else {
  const processes = Number(first ?? 8);
  const messages = Number(rest[0] ?? 2400);
  for (const wait of ['worker', 'loop']) {
    const counts = await share(wait, processes, messages);
    console.log(`${wait}: ${counts.join(', ')} of ${messages}`);
  }
}
