import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runFixture } from './support/child.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('two copies of the package in one program', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mq-copy-'));
    for (const part of ['dist', 'package.json', 'build/Release/posix_mqueue.node']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('share one budget of pool threads', async () => {
    const { code, stdout, stderr } = await runFixture('two-copies', [folder]).end;
    assert.equal(code, 0, stderr);
    const expected = { before: 2, refusal: 'ERR_MQ_THREAD_POOL', reads: true, after: 2 };
    assert.deepEqual(JSON.parse(stdout), expected);
  });
});
