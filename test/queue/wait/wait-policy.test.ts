import assert from 'node:assert/strict';
import { WaitPolicy } from '#dist/queue/wait/wait-policy.js';

/** A policy whose waits take as long as the test says. */
class Bench {
  readonly policy: WaitPolicy;
  #time = 0;

  constructor(busyPoll?: number) {
    this.policy = new WaitPolicy(busyPoll, () => this.#time);
  }

  /** How a wait begins that brings something after so many milliseconds. */
  wait(milliseconds: number): { spin: number; watch: number } {
    const spin = this.policy.begin(1);
    const { watch } = this.policy;
    if (watch > 0) this.policy.watched(milliseconds < watch);
    this.#time += milliseconds;
    this.policy.ended(true);
    return { spin, watch };
  }

  watches(count: number, milliseconds: number): number {
    let watches = 0;
    for (let index = 0; index < count; index += 1) {
      if (this.wait(milliseconds).watch > 0) watches += 1;
    }
    return watches;
  }
}

describe('how a wait begins', () => {
  it('watches from the first wait on, as long as that is in time', () => {
    const bench = new Bench();
    assert.equal(bench.watches(100, 1), 100);
  });

  it('watches an idle queue once, and no more', () => {
    const bench = new Bench();
    assert.equal(bench.watches(100, 50), 1);
  });

  it('watches again after eight waits that would have been in time', () => {
    const bench = new Bench();
    bench.wait(50);
    assert.equal(bench.watches(7, 1), 0);
    assert.equal(bench.watches(1, 1), 0);
    assert.equal(bench.watches(1, 1), 1);
  });

  it('takes twice as many after each watch in vain, up to 512', () => {
    const bench = new Bench();
    const gaps: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      let gap = 0;
      for (;;) {
        bench.policy.begin(1);
        if (bench.policy.watch > 0) break;
        bench.policy.ended(true);
        gap += 1;
      }
      bench.policy.watched(false);
      gaps.push(gap);
    }
    assert.deepEqual(gaps, [0, 8, 16, 32, 64, 128, 256, 512, 512]);
  });

  it('counts no wait that failed', () => {
    const bench = new Bench();
    bench.wait(50);
    assert.equal(bench.watches(7, 1), 0);
    bench.policy.begin(1);
    bench.policy.ended(false);
    assert.equal(bench.watches(8, 1), 0);
    assert.equal(bench.watches(1, 1), 1);
  });

  it('spins for as long as was asked for, always', () => {
    const bench = new Bench(300);
    assert.deepEqual(
      [bench.wait(50).spin, bench.wait(1).spin, bench.wait(50).spin],
      [300, 300, 300],
    );
  });
});
