import assert from 'node:assert/strict';
import { budgetModel } from './budget.js';
import { cancelModel, type Omitted } from './cancel.js';
import { changeOverModel, type OmittedOfChangeOver } from './change-over.js';
import { explore } from './explore.js';
import { guardModel, type Course, type OmittedOfGuard } from './guard.js';

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

describe('the change-over from watching the descriptor to blocking a thread', () => {
  for (const busy of [false, true]) {
    const pool = busy ? 'does other work for ever' : 'has a thread at some time';
    it(`loses and doubles nothing, and is never deaf (a pool that ${pool})`, () => {
      const { states, ends, problem, trace } = explore(changeOverModel(busy));
      assert.equal(problem, undefined, trace.join('\n'));
      assert.ok(states > 50 && ends > 0, `${states} states, ${ends} ends`);
    });
  }

  const needed: [OmittedOfChangeOver, boolean, RegExp][] = [
    [{ watch: true }, true, /deaf/],
    [{ takeBack: true }, false, /twice|for nobody/],
    [{ detach: true }, true, /twice/],
    [{ disarm: true }, false, /over and over/],
  ];
  for (const [omitted, busy, expected] of needed) {
    it(`needs: ${Object.keys(omitted).join(' and ')}`, () => {
      assert.match(explore(changeOverModel(busy, omitted)).problem ?? 'none', expected);
    });
  }
});

describe('the guard over a loop whose waits block threads', () => {
  const courses: Record<string, Course> = {
    'that turns': [],
    'that is busy for a while': ['busy', 'turning'],
    'that is busy for ever': ['busy'],
    'that ends unheard': ['joining', 'exiting'],
    'that ends from within a callback': ['busy', 'joining', 'exiting'],
    'that is busy for a while, and then ends': ['busy', 'turning', 'joining', 'exiting'],
    'whose process exits without joining the pool': ['exiting'],
    'whose process exits so from within a callback': ['busy', 'exiting'],
  };
  for (const [what, course] of Object.entries(courses)) {
    it(`hangs nowhere, loses nothing and joins again (one ${what})`, () => {
      const { states, ends, problem, trace } = explore(guardModel(course));
      assert.equal(problem, undefined, trace.join('\n'));
      assert.ok(states > 10 && ends > 0, `${states} states, ${ends} ends`);
    });
  }

  const needed: [OmittedOfGuard, Course, RegExp][] = [
    [{ look: true }, ['busy'], /stands in line/],
    [{ look: true }, ['joining', 'exiting'], /never ends/],
    [{ joinAgain: true }, ['busy', 'turning'], /nobody takes it/],
    [{ putBack: true }, ['joining', 'exiting'], /goes with the process/],
    [{ giveUpAtEnd: true, look: true }, ['exiting'], /never ends/],
    [{ awaitAtEnd: true }, ['exiting'], /goes with the process/],
  ];
  for (const [omitted, course, expected] of needed) {
    it(`needs: ${Object.keys(omitted).join(' and ')} (${course.join(', ')})`, () => {
      assert.match(explore(guardModel(course, omitted)).problem ?? 'none', expected);
    });
  }
});
