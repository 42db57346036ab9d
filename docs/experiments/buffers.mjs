// What each buffer behind a queue holds when it is destroyed: such messages have left the queue's
// hands, and are lost unless the program gets them out. Prints the table of the guide.
//
//   npm run build && node docs/experiments/buffers.mjs

import { on } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { MessageQueue } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { concatMap, NEVER } from 'rxjs';

const MESSAGES = 10;
const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const stuck = (highWaterMark) =>
  new Writable({
    objectMode: true,
    ...(highWaterMark !== undefined && { highWaterMark }),
    write() {},
  });
const objects = (highWaterMark) =>
  new PassThrough({ objectMode: true, ...(highWaterMark !== undefined && { highWaterMark }) });

/** Runs a consumer that stops after its first message, ends it, and counts what did not come back. */
async function lost(consume) {
  const name = `/mq-experiment-${process.pid}`;
  const options = { create: true, exclusive: true, maxMessages: MESSAGES, maxMessageSize: 16 };
  const queue = MessageQueue.open(name, options);
  MessageQueue.unlink(name);
  for (let number = 0; number < MESSAGES; number += 1) queue.trySend(String(number));
  const end = await consume(queue);
  await turns();
  await end();
  await turns();
  let left = 0;
  while (queue.tryReceive() !== null) left += 1;
  await queue.close();
  // One is in the consumer's hand.
  return MESSAGES - left - 1;
}

const piped =
  (last, ...between) =>
  (queue) => {
    const stages = [queue.createReadStream(), ...between, last];
    for (const [index, stage] of stages.entries())
      stages[index + 1] && stage.pipe(stages[index + 1]);
    return () => stages.forEach((stage) => stage.destroy());
  };

const web = (strategy) => async (queue) => {
  const reader = Readable.toWeb(queue.createReadStream(), strategy && { strategy }).getReader();
  await reader.read();
  return () => reader.cancel();
};

const rows = [
  [
    'createReadStream',
    '',
    async (queue) => {
      const stream = queue.createReadStream();
      for await (const _ of stream) break;
      return () => stream.destroy();
    },
  ],
  ['pipe into a Writable', 'default', piped(stuck())],
  ['pipe into a Writable', 'highWaterMark: 1', piped(stuck(1))],
  ['pipe through a Transform', 'default', piped(stuck(1), objects())],
  ['pipe through a Transform', 'highWaterMark: 0', piped(stuck(1), objects(0))],
  ['Readable.toWeb', 'default', web()],
  ['Readable.toWeb', 'strategy: { highWaterMark: 0 }', web({ highWaterMark: 0 })],
  [
    'Readable.from(queue)',
    'default',
    async (queue) => {
      const stream = Readable.from(queue);
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      return () => iterator.return();
    },
  ],
  [
    'Readable.from(queue)',
    'highWaterMark: 0',
    async (queue) => {
      const stream = Readable.from(queue, { highWaterMark: 0 });
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      return () => iterator.return();
    },
  ],
  [
    "events.on(queue, 'message')",
    'default',
    async (queue) => {
      const iterator = on(queue, 'message');
      await iterator.next();
      return () => iterator.return();
    },
  ],
  [
    "events.on(queue, 'message')",
    'highWaterMark: 1, lowWaterMark: 1',
    async (queue) => {
      const iterator = on(queue, 'message', { highWaterMark: 1, lowWaterMark: 1 });
      await iterator.next();
      return () => iterator.return();
    },
  ],
  [
    'for await (… of queue)',
    '',
    async (queue) => {
      for await (const _ of queue) break;
      return () => undefined;
    },
  ],
  [
    'fromQueue + concatMap',
    '',
    (queue) => {
      const subscription = fromQueue(queue)
        .pipe(concatMap(() => NEVER))
        .subscribe();
      return () => subscription.unsubscribe();
    },
  ],
  [
    'consumeQueue',
    'concurrency: 1',
    (queue) => {
      const subscription = consumeQueue(queue, () => NEVER).subscribe();
      return () => subscription.unsubscribe();
    },
  ],
];

console.log(
  `| consumer, after its first of ${MESSAGES} messages | setting | lost |\n| --- | --- | --- |`,
);
for (const [consumer, setting, consume] of rows) {
  console.log(`| ${consumer} | ${setting} | ${await lost(async (queue) => consume(queue))} |`);
}
