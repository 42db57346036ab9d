import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLAN = join(
  fileURLToPath(new URL('../../../', import.meta.url)),
  'bench',
  'scale',
  'plan.mjs',
);

interface Plan {
  readonly workers: number;
  readonly utilization: number;
  readonly share: number;
  readonly meanWait: number;
  readonly meanDepth: number;
  readonly wait: number;
}

function plan(options: string): Plan {
  const parameters = [PLAN, '--json', ...options.split(' ')];
  return JSON.parse(execFileSync(process.execPath, parameters, { encoding: 'utf8' })) as Plan;
}

function near(value: number, expected: number): void {
  assert.ok(Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);
}

describe('bench/scale/plan.mjs', () => {
  it('calculates what is known of one worker and of two', () => {
    const one = plan('--rate 0.8 --service 1000 --workers 1 --of 95');
    near(one.share, 0.8);
    near(one.meanWait, 4);
    near(one.meanDepth, 3.2);
    // exp(-(1 - 0.8) t) times 0.8 is 0.05.
    near(one.wait, Math.log(16) / 0.2);
    const two = plan('--rate 1 --service 1000 --workers 2');
    near(two.share, 1 / 3);
    near(two.meanWait, 1 / 3);
  });

  it('has half the wait where the work is always the same', () => {
    near(plan('--rate 0.8 --service 1000 --workers 1 --variation 0').meanWait, 2);
  });

  it('finds the fewest workers that keep a time', () => {
    const needed = plan('--rate 160 --service 20 --wait 50 --of 95');
    assert.ok(needed.wait <= 0.05);
    const fewer = plan(`--rate 160 --service 20 --of 95 --workers ${needed.workers - 1}`);
    assert.ok(fewer.wait > 0.05);
  });

  it('tells that workers cannot keep up', () => {
    // JSON has no Infinity.
    assert.equal(plan('--rate 100 --service 20 --workers 2').meanWait, null);
  });

  it('refuses what is no number', () => {
    const { status, stderr } = spawnSync(process.execPath, [PLAN, '--rate', 'many'], {
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.match(stderr, /--rate/);
  });
});
