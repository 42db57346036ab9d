import assert from 'node:assert/strict';
import { runFixture } from '../support/child.js';
import { copyPackage } from '../support/copies.js';

describe('two copies of the package in one program', () => {
  it('share one budget of pool threads', async () => {
    const { code, stdout, stderr } = await runFixture('two-copies', [copyPackage()]).end;
    assert.equal(code, 0, stderr);
    const expected = { before: 2, refusal: 'ERR_MQ_THREAD_POOL', reads: true, after: 2 };
    assert.deepEqual(JSON.parse(stdout), expected);
  });
});
