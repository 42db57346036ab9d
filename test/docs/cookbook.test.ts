import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { blocksOf, recipes, textOf } from '../support/markdown.js';
import { PageFiles } from '../support/page-files.js';
import { ALL, endsWell, recipe, WAITS, withoutSanitizer } from '../support/recipe.js';

const CLIENTS = fileURLToPath(new URL('../../../clients', import.meta.url));

describe('the cookbook', function () {
  this.timeout(60_000);
  before(withoutSanitizer);

  it('lists each recipe, and each says what is lost when something dies', () => {
    const list = textOf('docs/cookbook.md');
    assert.ok(recipes().length > 10);
    for (const page of recipes()) {
      const path = `cookbook/${basename(page)}`;
      assert.equal(list.split(`](${path})`).length, 2, `${page} once in the list`);
      assert.ok(list.includes(`  - ${path}\n`), `${page} in 'children'`);
      const text = textOf(page);
      assert.match(text, /^## When something dies$/m, page);
      assert.match(text, /\]\(\.\.\/nothing-is-lost\.md\)/, page);
    }
  });

  it('has its files run by tests', () => {
    const withFiles = recipes().filter((page) =>
      blocksOf(page).some(({ attributes }) => attributes.has('file')),
    );
    assert.deepEqual(Object.values(ALL).flat().toSorted(), withFiles.toSorted());
  });

  it('python: works as a child process', async function () {
    const files = recipe('python');
    const printed = files.text('printed').trimEnd();
    for (const name of ['reverse.py', 'python-worker.mjs', 'terminal-1', 'terminal-2'])
      files.use(name);
    // Reason: there is no Python.
    if (spawnSync('python3', ['--version']).status !== 0) this.skip();
    const worker = files.terminal('terminal-1');
    await worker.shown(WAITS);
    const host = await files.terminal('terminal-2').end;
    assert.deepEqual([host.code, host.stdout], [0, printed]);
    worker.kill('SIGINT');
    await endsWell(worker);
  });

  it('python: speaks to the queues itself', async function () {
    const files = recipe('python');
    for (const name of ['words.py', 'ask.mjs', 'terminal-3', 'terminal-4', 'terminal-5'])
      files.use(name);
    // Reason: there is no Python.
    if (spawnSync('python3', ['--version']).status !== 0) this.skip();
    const place = /node_modules\/posix-mqueue\/clients/;
    await endsWell(files.terminal('terminal-3', (text) => text.replace(place, CLIENTS)));
    const worker = files.terminal('terminal-4');
    await worker.shown(WAITS);
    assert.equal(await endsWell(files.terminal('terminal-5')), '6');
    worker.kill('SIGINT');
    assert.equal((await worker.end).code, 0);
  });

  it('testing: its tests pass', async () => {
    const files = recipe('testing');
    for (const name of ['greeter.mjs', 'greeter.test.mjs']) files.use(name);
    const { code, stdout } = await files.terminal('terminal-1').end;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /pass 4/);
  });

  it('runs the files of these too', () => {
    assert.deepEqual(PageFiles.unused(ALL.others), []);
  });
});
