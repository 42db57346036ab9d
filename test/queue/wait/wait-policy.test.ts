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

  /** A wait that was begun takes so many milliseconds. */
  pass(milliseconds: number): void {
    this.#time += milliseconds;
    this.policy.ended(true);
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

  describe('with a spin', () => {
    const SHORT = 0.1;

    /** How many waits went without a spin before the next one that spins. */
    function gap(bench: Bench, milliseconds: number): number {
      for (let count = 0; count < 10_000; count += 1) {
        if (bench.policy.begin(1) > 0) return count;
        bench.pass(milliseconds);
      }
      return Infinity;
    }

    it('after eight short waits, or two that a spin would have been in time for', () => {
      assert.equal(gap(new Bench(), SHORT), 8);
      assert.equal(gap(new Bench(), 0.02), 2);
    });

    it('also where such a wait is a long one now and then', () => {
      const bench = new Bench();
      const { policy } = bench;
      gap(bench, SHORT);
      for (let tries = 0; tries < 9; tries += 1) {
        policy.spun(false);
        gap(bench, SHORT);
      }
      policy.spun(false);
      for (let round = 0; round < 14; round += 1) {
        for (let index = 0; index < 49; index += 1) bench.wait(SHORT);
        bench.wait(5);
      }
      for (let index = 0; index < 8; index += 1) bench.wait(SHORT);
      assert.ok(policy.begin(1) > 0);
    });

    it('never after waits of a millisecond', () => {
      assert.equal(gap(new Bench(), 1), Infinity);
    });

    it('after twice as many waits for each spin in vain, up to 512', () => {
      const bench = new Bench();
      const gaps: number[] = [];
      for (let round = 0; round < 8; round += 1) {
        gaps.push(gap(bench, SHORT));
        bench.policy.spun(false);
      }
      assert.deepEqual(gaps, [8, 16, 32, 64, 128, 256, 512, 512]);
    });

    it('the first of all for longer than the others: the other side sleeps yet', () => {
      const bench = new Bench();
      gap(bench, SHORT);
      const first = bench.policy.begin(1);
      bench.policy.spun(true);
      assert.ok(first > bench.policy.begin(1));
    });

    it('goes on after one in vain, and ends after a few', () => {
      const bench = new Bench();
      gap(bench, SHORT);
      bench.policy.spun(true);
      bench.policy.spun(false);
      assert.ok(bench.policy.begin(1) > 0);
      let more = 0;
      for (; bench.policy.begin(1) > 0; more += 1) bench.policy.spun(false);
      assert.ok(more <= 3, `${more} more in vain`);
    });

    it('ends where every other one is in vain', () => {
      const bench = new Bench();
      gap(bench, SHORT);
      bench.policy.spun(true);
      for (let round = 0; round < 10; round += 1) {
        bench.policy.spun(true);
        bench.policy.spun(false);
      }
      bench.policy.spun(false);
      assert.equal(bench.policy.begin(1), 0);
    });

    it('is worth a patient try, as a short wait is, not where busyPoll was given', () => {
      const bench = new Bench();
      assert.equal(bench.policy.patience, 0);
      gap(bench, SHORT);
      assert.ok(bench.policy.patience > 0);
      bench.policy.begin(1);
      bench.pass(1000);
      assert.equal(bench.policy.patience, 0);
      bench.policy.spun(true);
      assert.ok(bench.policy.patience > 0);
      const asked = new Bench(300);
      asked.policy.spun(true);
      assert.equal(asked.policy.patience, 0);
    });
  });
});
