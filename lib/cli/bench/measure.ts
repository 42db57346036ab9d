import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHistogram, performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { MessageQueue } from '../../index.js';

/** Of two processes on this machine, with this library on both sides and all its defaults. */
export interface Measured {
  /** Messages each way. */
  readonly count: number;
  /** Bytes of each. */
  readonly size: number;
  /** Microseconds there and back: the median, and what 99 of 100 stay below. */
  readonly roundTrip: { readonly median: number; readonly p99: number };
  /** Messages a second, one way. */
  readonly rate: number;
}

const DEPTH = 10;
const MICROSECONDS = 1000;

/** Makes two queues, which are gone afterwards. */
export async function measure(count: number, size: number, signal: AbortSignal): Promise<Measured> {
  const names = ['there', 'back'].map((side) => `/mqueue-bench-${process.pid}-${side}`);
  const [there = '', back = ''] = names;
  const sizes = { create: true, exclusive: true, maxMessages: DEPTH, maxMessageSize: size };
  await using sink = MessageQueue.open(there, { ...sizes, access: 'write' });
  await using source = MessageQueue.open(back, { ...sizes, access: 'read' });
  const program = fileURLToPath(new URL('peer.js', import.meta.url));
  const peer = fork(program, [there, back, String(count)], { signal });
  // That it was ended by the signal is told by what waits here.
  peer.on('error', () => undefined);
  try {
    await once(peer, 'message', { signal });
    return { count, size, ...(await exchange(sink, source, count, signal)) };
  } finally {
    peer.kill();
    for (const name of names) MessageQueue.unlink(name);
  }
}

async function exchange(
  sink: MessageQueue,
  source: MessageQueue,
  count: number,
  signal: AbortSignal,
): Promise<Pick<Measured, 'roundTrip' | 'rate'>> {
  const times = createHistogram();
  const body = Buffer.alloc(sink.maxMessageSize);
  for (let left = count; left > 0; left -= 1) {
    const begun = process.hrtime.bigint();
    await sink.send(body);
    await source.receive({ signal });
    times.record(process.hrtime.bigint() - begun);
  }
  const begun = performance.now();
  for (let left = count; left > 0; left -= 1) {
    if (source.tryReceive() === null) await source.receive({ signal });
  }
  const rate = count / ((performance.now() - begun) / 1000);
  const microseconds = (percent: number): number => times.percentile(percent) / MICROSECONDS;
  return { roundTrip: { median: microseconds(50), p99: microseconds(99) }, rate };
}
