import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(root, '.github', 'workflows');
const workflows = readdirSync(folder).map((name) => ({
  name,
  // Without comments, which may name anything.
  text: readFileSync(join(folder, name), 'utf8').replace(/^ *#.*$/gm, ''),
}));

function scriptsOf(folderOfPackage: string): Record<string, string> {
  const manifest = readFileSync(join(root, folderOfPackage, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { scripts: Record<string, string> }).scripts;
}

function found(text: string, what: RegExp): string[] {
  return [...text.matchAll(what)].map(([, group = '']) => group);
}

/** What those that publish may write: to say who they are, and the pages. */
const WRITES = new Map([
  ['pages.yml', ['pages', 'id-token']],
  ['release.yml', ['id-token']],
]);

describe('the workflows', () => {
  it('are those of checks, sanitizers, benchmarks, installations, releases and the site', () => {
    const names = workflows.map(({ name }) => name);
    assert.deepEqual(names.toSorted(), [
      'bench.yml',
      'ci.yml',
      'install.yml',
      'pages.yml',
      'release.yml',
      'sanitizers.yml',
    ]);
  });

  it('check the site wherever they make it, before it is published', () => {
    const making = workflows.filter(({ text }) => text.includes('npm run docs\n'));
    assert.deepEqual(
      making.map(({ name }) => name),
      ['ci.yml', 'pages.yml'],
    );
    for (const { text } of making)
      assert.match(text, /npm run docs\n\s+- run: npm run docs:check\n/);
    assert.match(
      workflows.find(({ name }) => name === 'pages.yml')?.text ?? '',
      /docs:check[^]*upload-pages/,
    );
  });

  for (const { name, text } of workflows) {
    describe(name, () => {
      it('runs scripts that package.json has', () => {
        const called = found(text, /\bnpm run (?:--silent )?([\w:-]+)/g);
        assert.ok(called.length > 0);
        const scripts = scriptsOf('.');
        assert.deepEqual(
          called.filter((script) => !Object.hasOwn(scripts, script)),
          [],
        );
      });

      it('names files and folders that are there', () => {
        const files = found(text, /(?:\bnode (?!-)|--config )([\w./-]+)/g);
        const packages = found(text, /--prefix ([\w./-]+)/g).map((each) => `${each}/package.json`);
        assert.deepEqual(
          [...files, ...packages].filter((file) => !existsSync(join(root, file))),
          [],
        );
      });

      it('takes actions by their major version', () => {
        const actions = found(text, /\buses: (.*)$/gm);
        assert.ok(actions.length > 0);
        assert.deepEqual(
          actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action)),
          [],
        );
      });

      it('may read, and no more but what a publication needs; has no secret', () => {
        assert.match(text, /^permissions:\n {2}contents: read\n\n/m);
        const writes = found(text, /\b([\w-]+): write\b/g);
        assert.deepEqual(writes, WRITES.get(name) ?? []);
        assert.doesNotMatch(text, /\bsecrets\b|write-all/);
      });

      it('says what becomes of two runs at once, and how long a job may take', () => {
        assert.match(text, /^concurrency:\n {2}group: /m);
        const jobs = found(text, /^ {4}(runs-on): /gm);
        assert.ok(jobs.length > 0);
        assert.equal(found(text, /^ {4}(timeout-minutes): \d+$/gm).length, jobs.length);
      });

      it('gives a shell what somebody wrote only as the environment', () => {
        const commands = found(text, /\brun: ((?:.*\n?)(?:^ {10,}.*\n)*)/gm);
        assert.ok(commands.length > 0);
        assert.deepEqual(
          commands.filter((command) => command.includes('${{')),
          [],
        );
      });
    });
  }
});
