import assert from 'node:assert/strict';
import { budgetModel } from './budget.js';
import { cancelModel, type Omitted } from './cancel.js';
import { explore } from './explore.js';

// See docs/reliability.md for the argument that these models go with.
describe('the protocol that cancels a blocking receive', () => {
  for (const blocks of [false, true]) {
    const how = blocks ? ', on a thread that blocks the signal otherwise' : '';
    it(`has no order of steps in which something is lost, hangs, or hits another job${how}`, () => {
      const { states, ends, problem, trace } = explore(cancelModel(blocks));
      assert.equal(problem, undefined, trace.join('\n'));
      assert.ok(states > 500 && ends > 0, `${states} states, ${ends} ends`);
    });
  }

  const needed: [Omitted, RegExp][] = [
    [{ deadline: true }, /for ever/],
    [{ signal: true }, /for ever/],
    [{ checkOnEntry: true }, /for ever/],
    [{ unblock: true }, /for ever/],
    [{ flush: true }, /next job/],
    [{ lockWhileSignalling: true }, /next job/],
    [{ retry: true }, /somebody else/],
  ];
  for (const [omitted, expected] of needed) {
    it(`needs: ${Object.keys(omitted).join(' and ')}`, () => {
      const model = cancelModel(omitted.unblock === true, omitted);
      assert.match(explore(model).problem ?? 'none', expected);
    });
  }
});

describe('the budget of pool threads', () => {
  for (const [actors, capacity] of [
    [2, 1],
    [3, 1],
    [4, 2],
  ] as const) {
    it(`is kept, and nobody is forgotten (${actors} threads, ${capacity} may block)`, () => {
      const { states, problem, trace } = explore(budgetModel(actors, capacity));
      assert.equal(problem, undefined, trace.join('\n'));
      assert.ok(states > 20, `${states} states`);
    });
  }

  it('needs: compare and swap', () => {
    const { problem } = explore(budgetModel(3, 1, { compareAndSwap: true }));
    assert.match(problem ?? 'none', /more threads|counter is wrong/);
  });

  it('needs: to look again after subscribing', () => {
    const { problem } = explore(budgetModel(2, 1, { lookAgain: true }));
    assert.match(problem ?? 'none', /nobody is told/);
  });
});
