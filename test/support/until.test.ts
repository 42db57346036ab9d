import assert from 'node:assert/strict';
import { until } from './code.js';

describe('until', () => {
  it('says what never came, before the time of the test is over', async function () {
    this.timeout(600);
    const waited = until(() => false, 'an end of this');
    await assert.rejects(waited, { message: 'There never was an end of this' });
  });

  it('is over as soon as the condition holds', async () => {
    let turns = 0;
    await until(() => (turns += 1) === 3, 'a third turn');
    assert.equal(turns, 3);
  });
});
