import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { now } from './timers.js';

/** How long something took, in milliseconds, to one percent. All 0 before the first. */
export interface LatencyStats {
  /** How many there were. */
  readonly count: number;
  /** The shortest. */
  readonly min: number;
  /** Of all of them. */
  readonly mean: number;
  /** Half of them took no longer. */
  readonly p50: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** Microseconds: an hour. What takes longer counts as that. */
const LONGEST = 3_600_000_000;
/** With three digits it takes eight times the memory: 27 KiB are enough for each host and worker. */
const DIGITS = 2;
const MICROSECONDS = 1000;
const NONE: LatencyStats = { count: 0, min: 0, mean: 0, p50: 0, p99: 0, max: 0 };

/** Records how long something takes each time. */
export class Latency {
  #histogram: RecordableHistogram | undefined;

  /** @param begun - by `now()` */
  record(begun: number): void {
    this.#histogram ??= createHistogram({ lowest: 1, highest: LONGEST, figures: DIGITS });
    const took = Math.ceil((now() - begun) * MICROSECONDS);
    // It takes no zero.
    this.#histogram.record(Math.min(Math.max(took, 1), LONGEST));
  }

  get stats(): LatencyStats {
    const histogram = this.#histogram;
    if (histogram === undefined) return NONE;
    const { count, min, mean, max } = histogram;
    return {
      count,
      min: min / MICROSECONDS,
      mean: mean / MICROSECONDS,
      p50: histogram.percentile(50) / MICROSECONDS,
      p99: histogram.percentile(99) / MICROSECONDS,
      max: max / MICROSECONDS,
    };
  }
}
