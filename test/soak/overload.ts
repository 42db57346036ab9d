import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from 'posix-mqueue';
import { consumeQueue, fromQueue } from 'posix-mqueue/rxjs';
import { Worker } from 'posix-mqueue/service';
import { temporaryName } from 'posix-mqueue/testing';
import type { Row } from './row.js';
import { growth, resources } from './resources.js';

const DEPTH = 10;
const HIGHEST_P99 = 20;
/** Microseconds of work on a message: a tenth of the sender's rate and less. */
const WORK = 50;

/** Begins to consume; `taken` is called for each message. Returns how to end. */
type Way = (name: string, taken: () => void) => Promise<() => Promise<unknown>>;

function work(): void {
  const end = performance.now() + WORK / 1000;
  while (performance.now() < end);
}

const ways: Record<string, Way> = {
  async stream(name, taken) {
    const queue = MessageQueue.open(name);
    const slow = new Writable({
      objectMode: true,
      write(_, __, done) {
        work();
        taken();
        setImmediate(done);
      },
    });
    queue.createReadStream({ highWaterMark: 16 }).pipe(slow);
    return () => queue.close();
  },
  async 'Observable, fromQueue'(name, taken) {
    const queue = MessageQueue.open(name);
    fromQueue(queue).subscribe(() => {
      work();
      taken();
    });
    return () => queue.close();
  },
  async 'Observable, consumeQueue'(name, taken) {
    const queue = MessageQueue.open(name);
    const project = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      work();
      taken();
    };
    consumeQueue(queue, project, { concurrency: 4 }).subscribe();
    return () => queue.close();
  },
  async service(name, taken) {
    const worker = new Worker({ requests: name, concurrency: 2 }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      work();
      taken();
    });
    const running = worker.run();
    await once(worker, 'ready');
    return async () => {
      await worker.close();
      await running;
    };
  },
  // Nothing slows it down but the sender: a queue that never empties for long.
  async 'no work at all'(name, taken) {
    const queue = MessageQueue.open(name);
    queue.createReadStream({ highWaterMark: 64 }).on('data', taken);
    return () => queue.close();
  },
};

/** How many messages `gives` has sent, told when it ends. */
async function endSender(sender: ReturnType<typeof spawn>, name: string): Promise<number> {
  const output: string[] = [];
  sender.stdout?.on('data', (data: Buffer) => output.push(data.toString()));
  sender.stdin?.write('stop\n');
  const queue = MessageQueue.open(name);
  const draining = (async () => {
    for await (const message of queue) void message;
  })();
  await once(sender, 'close');
  await queue.close();
  await draining;
  return Number(/given (\d+)/.exec(output.join(''))?.[1]);
}

async function run(what: string, way: Way, seconds: number): Promise<Row> {
  const name = temporaryName();
  const keeper = MessageQueue.open(name, { create: true, maxMessages: DEPTH, maxMessageSize: 64 });
  const gives = fileURLToPath(new URL('../fixtures/gives.js', import.meta.url));
  let taken = 0;
  const stop = await way(name, () => (taken += 1));
  const sender = spawn(process.execPath, [gives, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / 10));
  const before = resources();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let slowest = 0;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const started = performance.now();
    await readFile('/proc/self/stat');
    slowest = Math.max(slowest, performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  delay.disable();
  const after = resources();
  await stop();
  const consumed = taken;
  const sent = await endSender(sender, name);
  await keeper.close();
  MessageQueue.unlink(name);
  const p99 = delay.percentile(99) / 1e6;
  const problems = growth(before, after);
  if (p99 >= HIGHEST_P99) problems.push(`event loop delay p99 ${p99.toFixed(1)} ms`);
  // While its queue is drained at the end, the sender goes on until it has read that it is to stop.
  const ahead = sent - consumed;
  const details =
    `${Math.round(consumed / seconds / 1.1)}/s taken, loop delay p99 ${p99.toFixed(1)} ms, ` +
    `slowest readFile ${slowest.toFixed(1)} ms, sender ahead at the end ${ahead}`;
  return { what: `overload: ${what}`, before, after, problems, details };
}

/** A sender that never rests, and consumers of a tenth of its speed. */
export async function overload(seconds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, way] of Object.entries(ways)) rows.push(await run(what, way, seconds));
  return rows;
}
