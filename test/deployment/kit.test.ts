import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { unlinkQuietly } from '../support/code.js';
import { blocksOf } from '../support/markdown.js';

const KIT = fileURLToPath(new URL('../../../examples/deployment/', import.meta.url));

function read(file: string): string {
  return readFileSync(join(KIT, file), 'utf8');
}

describe('examples/deployment', () => {
  const env = {
    ...process.env,
    REQUESTS: `/jobs-kit-${process.pid}`,
    RESPONSES: `/results-kit-${process.pid}`,
  };

  afterEach(() => {
    unlinkQuietly(env.REQUESTS);
    unlinkQuietly(env.RESPONSES);
  });

  it('has a host and a worker that know each other, and end at SIGTERM as a container is ended', async () => {
    const [worker, host] = ['worker.mjs', 'host.mjs'].map(
      (file) => new Child(process.execPath, [join(KIT, file)], { env }),
    ) as [Child, Child];
    await worker.printed('The worker is ready');
    await host.printed('job-1 processed');
    for (const each of [host, worker]) {
      each.kill('SIGTERM');
      const { code, stderr } = await each.end;
      assert.deepEqual([code, stderr], [0, '']);
    }
  });

  it('starts in each place a program that is there', () => {
    const named = ['Dockerfile', 'compose.yaml', 'kubernetes/pod.yaml', 'systemd/jobs.service']
      .flatMap((file) => [...read(file).matchAll(/\b([a-z]+\.mjs)\b/g)])
      .map(([name]) => name);
    assert.deepEqual(new Set(named), new Set(['worker.mjs', 'host.mjs']));
    const there = readdirSync(KIT);
    assert.deepEqual(
      named.filter((name) => !there.includes(name)),
      [],
    );
  });

  it('is what docs/deployment.md shows of it', () => {
    const shown = blocksOf('docs/deployment.md');
    const files = [read('systemd/jobs.socket'), read('systemd/jobs.service'), read('compose.yaml')];
    assert.equal(shown.length, files.length);
    for (const [index, { text }] of shown.entries()) {
      const lines = files[index]?.split('\n') ?? [];
      const other = text.split('\n').filter((line) => !line.startsWith('# '));
      // An alias of YAML stands for what is written out on the page.
      assert.deepEqual(
        other.filter((line) => !lines.includes(line) && line !== '    ulimits:'),
        [],
      );
    }
  });

  it('has units that systemd understands', function () {
    const units = ['jobs.socket', 'jobs.service'].map((unit) => join(KIT, 'systemd', unit));
    const { error, stderr } = spawnSync('systemd-analyze', ['verify', ...units], {
      encoding: 'utf8',
    });
    // Reason: not every machine has systemd.
    if (error !== undefined) this.skip();
    const complaints = stderr.split('\n').filter((line) => /jobs\.(socket|service):/.test(line));
    assert.deepEqual(
      // The program is where the kit's user has put it.
      complaints.filter((line) => !line.includes('is not executable')),
      [],
    );
  });
});
