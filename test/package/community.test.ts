import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const FORMS = ['bug.yml', 'feature.yml'];

function textOf(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8');
}

describe('what a stranger reads first', () => {
  for (const page of [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CODE_OF_CONDUCT.md',
    '.github/pull_request_template.md',
  ]) {
    it(`${page} leads to files that are there`, () => {
      const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)];
      const missing = links
        .map(([, file = '']) => file)
        .filter((file) => !existsSync(join(root, dirname(page), file)));
      assert.deepEqual(missing, []);
    });
  }

  it('CONTRIBUTING.md leads to the code of conduct and to where a vulnerability is reported', () => {
    for (const file of ['CODE_OF_CONDUCT.md', 'SECURITY.md']) {
      assert.ok(textOf('CONTRIBUTING.md').includes(`(${file})`), file);
    }
  });

  for (const form of FORMS) {
    it(`the form ${form} has a name for each answer, once, and asks for some`, () => {
      const text = textOf('.github', 'ISSUE_TEMPLATE', form);
      const ids = [...text.matchAll(/^ {4}id: (\w+)$/gm)].map(([, id]) => id);
      const fields = [...text.matchAll(/^ {2}- type: (?!markdown)/gm)];
      assert.equal(new Set(ids).size, fields.length);
      assert.match(text, /required: true/);
    });
  }

  it('a bug comes with the facts of the machine, a version and a program', () => {
    const text = textOf('.github', 'ISSUE_TEMPLATE', 'bug.yml');
    for (const fact of ['mqueue limits --json', 'npm ls posix-mqueue', 'node --version']) {
      assert.ok(text.includes(fact), fact);
    }
    assert.match(text, /small program/);
  });
});
