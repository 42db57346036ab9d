import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MessageQueue } from '../../dist/index.js';

const LIMIT_MILLISECONDS = 8_000;
const names = ['there', 'back'].map((word) => `/mq-bench-${process.pid}-${word}`);
const socket = join(tmpdir(), `mq-bench-${process.pid}.sock`);

const running = new Set();

/** Ends the sample that is under way, whatever became of it, and removes what it may have left. */
export function cleanUp() {
  for (const child of running) child.kill('SIGKILL');
  removeQueues();
}

function removeQueues() {
  for (const name of names) {
    try {
      MessageQueue.unlink(name);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  rmSync(socket, { force: true });
}

function start([command, ...parameters], processor, pin) {
  // Each side on a processor of its own.
  const pinned = ['taskset', '-c', String(processor % availableParallelism())];
  const [program, ...rest] = [...(pin ? pinned : []), command, ...parameters];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

const ending = ([code, signal]) => signal ?? `exit code ${code}`;

async function result(measuring, other) {
  const timer = setTimeout(() => measuring.kill('SIGKILL'), LIMIT_MILLISECONDS);
  const exited = once(measuring, 'exit');
  let crash;
  // The measuring side would wait for it to the limit.
  other?.once('exit', (code, signal) => {
    if (code === 0) return;
    crash = `its other side ended with ${ending([code, signal])}`;
    measuring.kill('SIGKILL');
  });
  try {
    for await (const line of createInterface({ input: measuring.stdout })) return JSON.parse(line);
    throw new Error(crash ?? `it ended without a figure (${ending(await exited)})`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One sample: seconds for each message or round trip, of the side that measures.
 *
 * @param commands - makes the command lines of the measuring and of the other side, if it has one
 */
export async function measurePair(commands, work, { pin }) {
  removeQueues();
  const { depth, size } = work;
  const queues = names.map((name) =>
    MessageQueue.open(name, {
      create: true,
      exclusive: true,
      maxMessages: depth,
      maxMessageSize: size,
    }),
  );
  const [there, back] = names;
  const [own, other] = commands({ ...work, there, back, socket });
  const children = [];
  try {
    // A program that makes its other side itself would have both on one processor.
    const measuring = start(own, 0, pin && other !== undefined);
    children.push(measuring);
    if (other !== undefined) children.push(start(other, 1, pin));
    const { seconds } = await result(...children);
    return seconds / work.count;
  } finally {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    removeQueues();
    await Promise.all(queues.map((queue) => queue.close()));
  }
}
