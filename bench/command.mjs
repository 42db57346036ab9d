// Copies a file through a queue, a message a line, by `mqueue send` and `mqueue recv`, and by the streams of the library
// that do the same: alternately, each side in a process of its own.  node bench/command.mjs [ROUNDS] [LINES]

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createReadStream as readQueue, createWriteStream as writeQueue } from '../dist/index.js';
import { MessageQueue } from '../dist/index.js';

const SELF = fileURLToPath(import.meta.url);
const COMMAND = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const NEWLINE = Buffer.from('\n');
const highWaterMark = 512;

/** Standard input to a queue, as a program would that has no command. */
async function send(name) {
  let begun = Buffer.alloc(0);
  const lines = new Transform({
    readableObjectMode: true,
    transform(chunk, _encoding, done) {
      const bytes = begun.length > 0 ? Buffer.concat([begun, chunk]) : chunk;
      let start = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        this.push(bytes.subarray(start, end));
        start = end + 1;
      }
      begun = bytes.subarray(start);
      done();
    },
  });
  await pipeline(process.stdin, lines, writeQueue(name, { highWaterMark }));
}

/** So many messages to a file. */
async function receive(name, path, count) {
  let left = Number(count);
  const messages = readQueue(name, { highWaterMark });
  const lines = new Transform({
    writableObjectMode: true,
    transform(line, _encoding, done) {
      left -= 1;
      if (left === 0) messages.stop();
      done(null, Buffer.concat([line, NEWLINE]));
    },
  });
  await pipeline(messages, lines, createWriteStream(path));
}

const ways = {
  streams: (name, to, count) => [
    [SELF, 'send', name],
    [SELF, 'receive', name, to, count],
  ],
  command: (name, _to, count) => [
    [COMMAND, 'send', name],
    [COMMAND, 'recv', name, '--count', count],
  ],
};

function start(parameters, stdin, stdout) {
  const child = spawn(process.execPath, parameters, { stdio: [stdin, stdout, 'inherit'] });
  for (const file of [stdin, stdout]) if (typeof file === 'number') closeSync(file);
  return child;
}

async function ended(child) {
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
}

/** Milliseconds until all is copied. */
async function copy(way, from, to, count) {
  const name = `/mq-bench-command-${process.pid}`;
  await MessageQueue.open(name, { create: true, maxMessages: 10, maxMessageSize: 128 }).close();
  try {
    const [sending, receiving] = ways[way](name, to, String(count));
    const since = performance.now();
    const receiver = start(receiving, 'ignore', openSync(to, 'w'));
    const sender = start(sending, openSync(from, 'r'), 'inherit');
    await Promise.all([ended(receiver), ended(sender)]);
    return performance.now() - since;
  } finally {
    MessageQueue.unlink(name);
  }
}

async function hashOf(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

function* lines(count) {
  for (let line = 0; line < count; line += 1) {
    yield `line ${line} of a file that is copied through a queue\n`;
  }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function compare(rounds, count) {
  const folder = mkdtempSync(join(tmpdir(), 'mq-bench-command-'));
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  try {
    await pipeline(lines(count), createWriteStream(from));
    const expected = await hashOf(from);
    const ratios = [];
    for (let round = 0; round < rounds; round += 1) {
      // Each goes first in turn.
      const order = round % 2 === 0 ? ['streams', 'command'] : ['command', 'streams'];
      const times = {};
      for (const way of order) {
        times[way] = await copy(way, from, to, count);
        if ((await hashOf(to)) !== expected) throw new Error(`${way} copied something else`);
      }
      ratios.push(times.command / times.streams);
      const [command, streams] = [times.command, times.streams].map((time) => Math.round(time));
      console.log(`${command} ms, streams ${streams} ms: ${ratios.at(-1).toFixed(2)}`);
    }
    console.log(
      `median of ${rounds} rounds: ${median(ratios).toFixed(2)} times as long; ${expected}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [role = '9', ...given] = process.argv.slice(2);
if (role === 'send') await send(...given);
else if (role === 'receive') await receive(...given);
else await compare(Number(role), Number(given[0] ?? 1_000_000));
