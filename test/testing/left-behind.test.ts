import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageQueue } from 'posix-mqueue';
import { hasEnded } from '#dist/testing/left-behind.js';
import { Child, runFixture } from '../support/child.js';
import { exists } from '../support/exists.js';
import { slowdown } from '../support/sanitizer.js';

describe('temporary queues of a process that was killed', function () {
  this.timeout(30_000 * slowdown);

  let folder: string;
  let name: string | undefined;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'posix-mqueue-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    if (name !== undefined && exists(name)) MessageQueue.unlink(name);
  });

  const run = (fixture: string): Child =>
    runFixture(fixture, [], { env: { ...process.env, TMPDIR: folder } });

  async function holding(): Promise<Child> {
    const child = run('temporary-holds');
    name = await child.line();
    return child;
  }

  async function killed(): Promise<string> {
    const child = await holding();
    child.kill('SIGKILL');
    await child.end;
    assert.ok(name !== undefined && exists(name));
    return name;
  }

  function listFolder(): string {
    return join(folder, readdirSync(folder)[0] ?? '');
  }

  it('are removed by the next one', async () => {
    const left = await killed();
    assert.equal((await run('temporary').end).code, 0);
    assert.equal(exists(left), false);
    assert.deepEqual(readdirSync(listFolder()), []);
  });

  it('stay while it lives', async () => {
    await holding();
    assert.equal((await run('temporary').end).code, 0);
    assert.ok(name !== undefined && exists(name));
    assert.equal(readdirSync(listFolder()).length, 1);
  });

  it('stay where they are of other namespaces', async () => {
    const left = await killed();
    const [file = ''] = readdirSync(listFolder());
    renameSync(join(listFolder(), file), join(listFolder(), file.replace(/^\d+/, '1')));
    assert.equal((await run('temporary').end).code, 0);
    assert.equal(exists(left), true);
  });

  it('are left to the next one by a process that can unlink none', async () => {
    const left = await killed();
    const fake = `Object.defineProperty(process, 'platform', { value: 'darwin' })`;
    const load = `import 'posix-mqueue/testing'`;
    const parameters = ['--import', `data:text/javascript,${encodeURIComponent(fake)}`];
    const child = new Child(process.execPath, [...parameters, '--input-type=module', '-e', load], {
      env: { ...process.env, TMPDIR: folder },
    });
    assert.equal((await child.end).code, 0);
    assert.equal((await run('temporary').end).code, 0);
    assert.equal(exists(left), false);
  });

  it('stay where others may have written the list', async () => {
    const left = await killed();
    chmodSync(listFolder(), 0o777);
    assert.equal((await run('temporary').end).code, 0);
    assert.equal(exists(left), true);
  });
});

describe('a process', () => {
  const stat = (state: string, start: number): string =>
    `12 (a (b) c) ${state} 1 12 1 0 -1 4194560 1 0 0 0 1 1 0 0 20 0 7 0 ${start} 1 1`;

  it('has ended when it is not there, is a zombie, or is another', () => {
    assert.equal(hasEnded(stat('S', 345), '345'), false);
    assert.equal(hasEnded(undefined, '345'), true);
    assert.equal(hasEnded(stat('Z', 345), '345'), true);
    assert.equal(hasEnded(stat('S', 346), '345'), true);
  });
});
