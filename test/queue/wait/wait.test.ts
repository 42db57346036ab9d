import assert from 'node:assert/strict';
import {
  BEGUN,
  CANCELLED,
  NO_FREE_THREAD,
  NOTHING,
  PARKED,
  TIME_OVER,
} from '#dist/native/answers.js';
import type { WaitingWay, WaitMode } from '#dist/queue/wait/modes.js';
import { poolThreads } from '#dist/queue/wait/pool-threads.js';
import { Wait } from '#dist/queue/wait/wait.js';

/** A wait that begins and ends as the test says, on a clock of its own. */
class Bench {
  readonly done: number[] = [];
  readonly began: WaitingWay[] = [];
  readonly wait: Wait;
  /** What the native side answers, where it does not begin. */
  readonly answers: Partial<Record<WaitingWay, number>> = {};
  cancelled = 0;
  #time = 0;

  constructor(mode: WaitMode = 'loop', busyPoll?: number) {
    const calls = {
      begin: (way: WaitingWay) => {
        this.began.push(way);
        return this.answers[way] ?? BEGUN;
      },
      cancel: () => {
        this.cancelled += 1;
        return this.wait.way !== 'worker';
      },
      yieldThread: () => true,
      done: (result: number) => this.done.push(result),
    };
    this.wait = new Wait(mode, busyPoll, calls, () => this.#time);
  }

  /** A wait that brings something after so many milliseconds: in which way it began. */
  waitFor(milliseconds: number): WaitingWay | null {
    assert.equal(this.wait.begin(1), BEGUN);
    const { way } = this.wait;
    this.#time += milliseconds;
    this.wait.ended(1);
    return way;
  }

  /** A wait whose spin is in vain. */
  spinInVain(): void {
    assert.equal(this.wait.begin(1), BEGUN);
    assert.equal(this.wait.way, 'spin');
    this.wait.ended(TIME_OVER);
    assert.equal(this.wait.way, 'loop');
    this.#time += 1;
    this.wait.ended(1);
  }

  ways(count: number, milliseconds: number): (WaitingWay | null)[] {
    return Array.from({ length: count }, () => this.waitFor(milliseconds));
  }

  /** A wait of `auto` that has a thread. */
  static blocking(): Bench {
    const bench = new Bench('auto', 0);
    assert.equal(bench.wait.begin(0), BEGUN);
    bench.wait.ended(NOTHING);
    assert.equal(bench.wait.way, 'worker');
    return bench;
  }
}

const eight = (way: WaitingWay): WaitingWay[] => Array.from({ length: 8 }, () => way);

describe('a wait', () => {
  it('spins after eight short ones, and as long as that succeeds', () => {
    const bench = new Bench();
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.deepEqual(bench.ways(8, 0.1), eight('spin'));
    assert.equal(bench.done.length, 16);
  });

  it('never spins after long ones, as they are where consumers are served in turn', () => {
    const bench = new Bench();
    assert.deepEqual(bench.ways(8, 0.5), eight('loop'));
    assert.deepEqual(bench.ways(7, 0.1), eight('loop').slice(1));
    assert.equal(bench.waitFor(0.5), 'loop');
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.equal(bench.waitFor(0.1), 'spin');
  });

  it('takes twice as many short ones after a spin in vain', () => {
    const bench = new Bench();
    bench.ways(8, 0.1);
    bench.spinInVain();
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.equal(bench.waitFor(0.1), 'spin');
  });

  it('never spins with busyPoll: 0', () => {
    const bench = new Bench('loop', 0);
    assert.deepEqual(bench.ways(8, 0.02), eight('loop'));
    assert.deepEqual(bench.ways(8, 0.02), eight('loop'));
  });
});

describe('a wait of auto', () => {
  for (const [what, result] of [
    ['its time is over', TIME_OVER],
    ['another process was faster', NOTHING],
  ] as const) {
    it(`watches first, and blocks a thread when ${what}`, () => {
      const { began, done, wait } = new Bench('auto', 0);
      wait.begin(0);
      wait.ended(result);
      wait.ended(1);
      assert.deepEqual([began, done, wait.way], [['loop', 'worker'], [1], null]);
    });
  }

  it('is on the loop while no thread is free, and is promoted when one is', () => {
    const bench = new Bench('auto', 0);
    bench.answers.worker = NO_FREE_THREAD;
    bench.wait.begin(0);
    bench.wait.ended(TIME_OVER);
    assert.equal(bench.wait.way, 'loop');
    assert.equal(bench.wait.promote(), false);
    delete bench.answers.worker;
    assert.equal(bench.wait.promote(), true);
    assert.deepEqual([bench.wait.way, bench.done], ['worker', []]);
    bench.wait.ended(1);
    assert.deepEqual(bench.done, [1]);
  });

  it('takes no thread where its queue has no name to wait for', () => {
    const bench = new Bench('auto', 0);
    bench.answers.loop = PARKED;
    bench.wait.begin(0);
    assert.equal(bench.wait.promote(), true);
    assert.deepEqual([bench.wait.way, bench.began], ['loop', ['loop']]);
    assert.equal(bench.wait.cancel(), true);
  });

  it('goes over to the loop when it is unreferenced, and ends with a message that was on its way', () => {
    for (const [result, way, done] of [
      [CANCELLED, 'loop', []],
      [3, null, [3]],
    ] as const) {
      const bench = Bench.blocking();
      bench.wait.setReferenced(false);
      assert.equal(bench.wait.way, 'worker');
      bench.wait.ended(result);
      assert.deepEqual([bench.wait.way, bench.done], [way, done]);
      bench.wait.cancel();
    }
  });

  it('yields its thread to a claim, once, and wants one again', () => {
    const bench = Bench.blocking();
    const owner = new Bench('worker');
    let tries = 0;
    const claimed = poolThreads.claim(owner.wait, () => {
      tries += 1;
      return tries === 2;
    });
    assert.deepEqual([claimed, tries, bench.cancelled], [true, 2, 1]);
    assert.equal(
      poolThreads.claim(owner.wait, () => false),
      false,
    );
    bench.wait.ended(CANCELLED);
    assert.deepEqual([bench.wait.way, bench.began.at(-1)], ['loop', 'loop']);
    assert.equal(bench.wait.promote(), true);
    assert.equal(bench.wait.way, 'worker');
    bench.wait.ended(1);
  });

  it('keeps a thread that was set aside for it', () => {
    const bench = Bench.blocking();
    assert.equal(
      poolThreads.claim(bench.wait, () => true),
      true,
    );
    assert.equal(bench.wait.yieldThread(), false);
    bench.wait.ended(1);
  });

  it('does not go on once it is cancelled, whatever it was about to do', () => {
    for (const leave of [
      (wait: Wait) => {
        wait.setReferenced(false);
      },
      (wait: Wait) => {
        assert.equal(wait.yieldThread(), true);
      },
    ]) {
      const bench = Bench.blocking();
      leave(bench.wait);
      assert.equal(bench.wait.cancel(), false);
      bench.wait.ended(CANCELLED);
      assert.deepEqual([bench.wait.way, bench.done], [null, [CANCELLED]]);
    }
  });

  it('ends with the failure where it cannot go on', () => {
    const bench = Bench.blocking();
    bench.answers.loop = -9;
    bench.wait.setReferenced(false);
    bench.wait.ended(CANCELLED);
    assert.deepEqual([bench.wait.way, bench.done], [null, [-9]]);
  });
});
