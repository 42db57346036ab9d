import assert from 'node:assert/strict';
import { printedBy, startMqueue } from '../support/command.js';
import { exists } from '../support/exists.js';
import { until } from '../support/code.js';

describe('mqueue bench', () => {
  it('prints what it measured, and of which machine', async () => {
    const args = ['bench', '--count', '200', '--rounds', '2', '--json'];
    const { machine, rounds } = JSON.parse(await printedBy(args)) as {
      machine: { node: string };
      rounds: { count: number; rate: number; roundTrip: { median: number; p99: number } }[];
    };
    assert.equal(machine.node, process.version);
    assert.equal(rounds.length, 2);
    for (const { count, rate, roundTrip } of rounds) {
      assert.equal(count, 200);
      assert.ok(rate > 0 && roundTrip.median > 0 && roundTrip.p99 >= roundTrip.median);
    }
    assert.match(await printedBy(['bench', '--count', '200']), /^ROUND +BYTES +ROUND TRIP/m);
  });

  it('leaves no queue behind when a signal ends it', async () => {
    const child = startMqueue(['bench', '--count', '100000000']);
    const names = ['there', 'back'].map((side) => `/mqueue-bench-${child.process.pid}-${side}`);
    await until(() => names.every(exists), 'its queues');
    child.kill('SIGINT');
    assert.equal((await child.end).signal, 'SIGINT');
    assert.deepEqual(names.filter(exists), []);
  });
});
