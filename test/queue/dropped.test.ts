import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';

function runDrops(count: number): Child {
  const path = fileURLToPath(new URL('../fixtures/drops.js', import.meta.url));
  return new Child(process.execPath, ['--expose-gc', path, String(count)]);
}

describe('a queue that is dropped without close()', () => {
  it('is closed by garbage collection, with one warning in all', async () => {
    const { code, stdout, stderr } = await runDrops(20).end;
    assert.equal(code, 0, stderr);
    const { open, left } = JSON.parse(stdout) as { open: number; left: number };
    assert.ok(open >= 20, `${open} were open`);
    assert.equal(left, 0);
    assert.equal(stderr.match(/MQ_NOT_CLOSED/g)?.length, 1, stderr);
    assert.match(stderr, /Queue '\/mq-test-.*' was dropped without close\(\)/);
  });

  it('is nothing to warn of where all are closed', async () => {
    const { code, stderr } = await runDrops(0).end;
    assert.deepEqual([code, stderr], [0, '']);
  });
});
