import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { Waiter, type WaitingWay } from '#dist/queue/wait/waiter.js';

const { ETIMEDOUT } = constants.errno;

/** A waiter whose waits end when the test says so, on a clock of its own. */
class Bench {
  readonly done: unknown[] = [];
  readonly waiter: Waiter;
  #time = 0;

  constructor(busyPoll?: number) {
    const calls = {
      onWorker: () => 0,
      onLoop: () => 0,
      spinning: () => 0,
      cancel: () => true,
      yieldThread: () => false,
      done: (result: unknown) => this.done.push(result),
    };
    this.waiter = new Waiter('loop', busyPoll, calls, () => this.#time);
  }

  /** A wait that brings something after so many milliseconds: in which way it began. */
  wait(milliseconds: number): WaitingWay | null {
    assert.equal(this.waiter.begin(1), 0);
    const { way } = this.waiter;
    this.#time += milliseconds;
    this.waiter.ended(1);
    return way;
  }

  /** A wait whose spin is in vain. */
  spinInVain(): void {
    assert.equal(this.waiter.begin(1), 0);
    assert.equal(this.waiter.way, 'spin');
    this.waiter.ended(-ETIMEDOUT);
    assert.equal(this.waiter.way, 'loop');
    this.#time += 1;
    this.waiter.ended(1);
  }

  ways(count: number, milliseconds: number): (WaitingWay | null)[] {
    return Array.from({ length: count }, () => this.wait(milliseconds));
  }
}

const eight = (way: WaitingWay): WaitingWay[] => Array.from({ length: 8 }, () => way);

describe('a waiter', () => {
  it('spins after eight short waits, and as long as that succeeds', () => {
    const bench = new Bench();
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.deepEqual(bench.ways(8, 0.1), eight('spin'));
    assert.equal(bench.done.length, 16);
  });

  it('never spins after waits that were long, as they are where consumers are served in turn', () => {
    const bench = new Bench();
    assert.deepEqual(bench.ways(8, 0.5), eight('loop'));
    assert.deepEqual(bench.ways(7, 0.1), eight('loop').slice(1));
    assert.equal(bench.wait(0.5), 'loop');
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.equal(bench.wait(0.1), 'spin');
  });

  it('takes twice as many short waits after a spin in vain', () => {
    const bench = new Bench();
    bench.ways(8, 0.1);
    bench.spinInVain();
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.deepEqual(bench.ways(8, 0.1), eight('loop'));
    assert.equal(bench.wait(0.1), 'spin');
  });

  it('never spins with busyPoll: 0', () => {
    const bench = new Bench(0);
    assert.deepEqual(bench.ways(8, 0.02), eight('loop'));
    assert.deepEqual(bench.ways(8, 0.02), eight('loop'));
  });
});
