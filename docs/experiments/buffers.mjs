// What each buffer behind a queue holds when it is destroyed: such messages have left the queue's
// hands, and are lost unless the program gets them out. Prints the table of docs/nothing-is-lost.md.
//
//   npm run build && node docs/experiments/buffers.mjs

import { on, once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { concatMap, from, NEVER, take } from 'rxjs';
// This folder's package.json is another's: the name of the library is not known here.
import { MessageQueue } from '../../dist/index.js';
import { consumeQueue, fromQueue, toQueue } from '../../dist/rxjs.js';

const MESSAGES = 10;
const queues = [];

async function turns(count = 20) {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
}

/** Without a name. It waits on the event loop, where everything that follows is done after some turns. */
function openQueue(maxMessages) {
  const name = `/mq-experiment-${process.pid}`;
  const options = { create: true, exclusive: true, maxMessages, maxMessageSize: 16, wait: 'loop' };
  const queue = MessageQueue.open(name, options);
  MessageQueue.unlink(name);
  queues.push(queue);
  return queue;
}

function fill(queue) {
  for (let number = 0; number < MESSAGES; number += 1) queue.trySend(String(number));
}

function countLeft(queue) {
  let left = 0;
  while (queue.tryReceive() !== null) left += 1;
  return left;
}

/**
 * Runs a consumer, ends it, and counts the messages that nobody has.
 *
 * @param consume - returns what ends it, and how many messages have reached their goal: one, as a rule
 * @param late - whether the messages come only after that end
 */
async function lost(consume, late) {
  const queue = openQueue(MESSAGES);
  if (!late) fill(queue);
  const { end, delivered = () => 1 } = await consume(queue);
  await turns();
  await end();
  if (late) fill(queue);
  await turns();
  const count = MESSAGES - countLeft(queue) - (late ? 0 : await delivered());
  await Promise.all(queues.splice(0).map((each) => each.close()));
  return count;
}

const marked = (highWaterMark) => (highWaterMark === undefined ? {} : { highWaterMark });
const stuck = (highWaterMark) =>
  new Writable({ objectMode: true, ...marked(highWaterMark), write() {} });
const passThrough = (highWaterMark) =>
  new PassThrough({ objectMode: true, ...marked(highWaterMark) });

/** Takes one, and then leaves. */
async function takeOne(iterable) {
  const iterator = iterable[Symbol.asyncIterator]();
  await iterator.next();
  return { end: () => iterator.return() };
}

/** Has its first in hand, and is then unsubscribed from. */
function subscribe(messages$) {
  const subscription = messages$.subscribe();
  return { end: () => subscription.unsubscribe() };
}

function piped(last, ...between) {
  return (queue) => {
    const stages = [queue.createReadStream(), ...between, last];
    stages.reduce((source, target) => source.pipe(target));
    return { end: () => stages.forEach((stage) => stage.destroy()) };
  };
}

function aborted(source, target) {
  return (queue) => {
    const controller = new AbortController();
    // It settles only when the iterator has brought another message.
    pipeline(source(queue), target, { signal: controller.signal }).catch(() => undefined);
    return { end: () => controller.abort() };
  };
}

async function toWeb(queue, strategy) {
  const reader = Readable.toWeb(queue.createReadStream(), strategy && { strategy }).getReader();
  await reader.read();
  return { end: () => reader.cancel() };
}

/** Into a queue that is full with the first. What comes out of that has reached its goal. */
function moved(move) {
  return (queue) => {
    const target = openQueue(1);
    const end = move(queue, target);
    const delivered = async () => {
      let count = 0;
      for (let more = countLeft(target); more > 0; more = countLeft(target)) {
        count += more;
        await turns();
      }
      return count;
    };
    return { end, delivered };
  };
}

function movedByStreams(options) {
  return moved((queue, target) => {
    const source = queue.createReadStream();
    const sink = source.pipe(target.createWriteStream(options));
    return () => {
      source.destroy();
      sink.destroy();
    };
  });
}

function movedBySubscription(move) {
  return moved((queue, target) => {
    const subscription = move(queue, target).subscribe();
    return () => subscription.unsubscribe();
  });
}

async function race(queue) {
  const other = openQueue(1);
  await other.send('x');
  await Promise.race([queue.receive(), other.receive()]);
  return { end: () => undefined };
}

async function abortedRace(queue) {
  const other = openQueue(1);
  const controller = new AbortController();
  const { signal } = controller;
  await other.send('x');
  const loser = queue.receive({ signal });
  loser.catch(() => undefined);
  await Promise.race([loser, other.receive()]);
  return { end: () => controller.abort() };
}

async function first(queue) {
  const other = openQueue(1);
  await other.send('x');
  await MessageQueue.receiveFirst([other, queue]);
  return { end: () => undefined };
}

const rows = [
  ['`createReadStream`', '', (queue) => takeOne(queue.createReadStream())],
  ['`for await (... of queue)`', '', takeOne],
  [
    "`once(stream, 'data')`",
    '',
    async (queue) => {
      const stream = queue.createReadStream();
      await once(stream, 'data');
      return { end: () => stream.destroy() };
    },
  ],
  [
    "`once(queue, 'message')`",
    '',
    async (queue) => {
      await once(queue, 'message');
      return { end: () => undefined };
    },
  ],
  ["`events.on(queue, 'message')`", 'default', (queue) => takeOne(on(queue, 'message'))],
  [
    '',
    '`highWaterMark: 1, lowWaterMark: 1`',
    (queue) => takeOne(on(queue, 'message', { highWaterMark: 1, lowWaterMark: 1 })),
  ],
  ['`pipe` into a Writable', 'default (16)', piped(stuck())],
  ['', '`highWaterMark: 1`', piped(stuck(1))],
  ['`pipe` through a Transform', 'default (16 and 16)', piped(stuck(1), passThrough())],
  ['', '`highWaterMark: 0`', piped(stuck(1), passThrough(0))],
  ['`pipeline(queue, writable, { signal })`', 'default (16)', aborted((queue) => queue, stuck())],
  ['', '`highWaterMark: 1`', aborted((queue) => queue, stuck(1))],
  ['', 'aborted while it waits', aborted((queue) => queue, stuck()), 'late'],
  [
    '`pipeline(stream, writable, { signal })`',
    '`highWaterMark: 1`',
    aborted((queue) => queue.createReadStream(), stuck(1)),
  ],
  ['', 'aborted while it waits', aborted((queue) => queue.createReadStream(), stuck()), 'late'],
  ['`stream.map(f)`', 'default', (queue) => takeOne(queue.createReadStream().map((each) => each))],
  [
    '`stream.filter(f)`',
    'default',
    (queue) => takeOne(queue.createReadStream().filter(() => true)),
  ],
  ['`stream.take(5)`', '', (queue) => takeOne(queue.createReadStream().take(5))],
  ['`Readable.toWeb(stream)`', 'default', (queue) => toWeb(queue)],
  ['', '`strategy: { highWaterMark: 0 }`', (queue) => toWeb(queue, { highWaterMark: 0 })],
  ['`Readable.from(queue)`', 'default', (queue) => takeOne(Readable.from(queue))],
  ['', '`highWaterMark: 0`', (queue) => takeOne(Readable.from(queue, { highWaterMark: 0 }))],
  ['`Promise.race([a.receive(), b.receive()])`', 'the loser left standing', race, 'late'],
  ['', 'the loser aborted', abortedRace, 'late'],
  ['`MessageQueue.receiveFirst([a, b])`', '', first, 'late'],
  [
    '`fromQueue` and `concatMap`',
    '',
    (queue) => subscribe(fromQueue(queue).pipe(concatMap(() => NEVER))),
  ],
  ['`fromQueue` and `take(1)`', '', (queue) => subscribe(fromQueue(queue).pipe(take(1)))],
  ['`consumeQueue`', 'any `concurrency`', (queue) => subscribe(consumeQueue(queue, () => NEVER))],
  [
    '`from(stream)` and `concatMap`',
    '',
    (queue) => subscribe(from(queue.createReadStream()).pipe(concatMap(() => NEVER))),
  ],
  [
    '`from(stream)`',
    'unsubscribed while it waits',
    (queue) => subscribe(from(queue.createReadStream())),
    'late',
  ],
  ['`from(queue)`', 'unsubscribed while it waits', (queue) => subscribe(from(queue)), 'late'],
  [
    '`fromQueue(a).pipe(toQueue(b))`',
    'b is full',
    movedBySubscription((queue, target) => fromQueue(queue).pipe(toQueue(target))),
  ],
  [
    '`consumeQueue(a, (m) => b.send(m))`',
    'b is full',
    movedBySubscription((queue, target) => consumeQueue(queue, (message) => target.send(message))),
  ],
  ['`a.createReadStream().pipe(b.createWriteStream())`', 'b is full', movedByStreams()],
  ['', '`highWaterMark: 1`', movedByStreams({ highWaterMark: 1 })],
];

console.log('| consumer | setting | lost |\n| --- | --- | --- |');
for (const [consumer, setting, consume, late] of rows) {
  console.log(
    `| ${consumer} | ${setting} | ${await lost(async (queue) => consume(queue), late === 'late')} |`,
  );
}
